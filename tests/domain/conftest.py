from hypothesis import settings

# Other work on the machine may slow an example down: that is no failure.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
