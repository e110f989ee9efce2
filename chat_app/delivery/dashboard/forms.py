"""The forms of the dashboard, each with a CSRF token tied to the browser's session."""

from flask_wtf import FlaskForm  # type: ignore[import-untyped]  # it ships no types
from wtforms import (  # type: ignore[import-untyped]  # it ships no types
    HiddenField,
    PasswordField,
    StringField,
)
from wtforms.validators import (  # type: ignore[import-untyped]  # it ships no types
    AnyOf,
    InputRequired,
    Length,
    Optional,
)

from chat_app.delivery.dashboard.cookies import THEMES
from chat_app.delivery.dashboard.language import LANGUAGES


class DashboardForm(FlaskForm):
    """A form whose CSRF token lives as long as the browser's session: a shift lasts hours."""

    class Meta(FlaskForm.Meta):
        """What flask-wtf reads instead of the app's configuration."""

        csrf = True
        csrf_time_limit = None


class LoginForm(DashboardForm):
    """Who signs in; the lengths keep a huge body from ever reaching the password hash."""

    email = StringField(validators=[InputRequired(), Length(max=320)])
    password = PasswordField(validators=[InputRequired(), Length(max=1024)])
    next = HiddenField()


class TokenForm(DashboardForm):
    """Nothing but the token."""


class PreferencesForm(DashboardForm):
    """Language and theme of this browser; a field that is left out stays as it is."""

    language = StringField(validators=[Optional(), AnyOf(LANGUAGES)])
    theme = StringField(validators=[Optional(), AnyOf(THEMES)])
    next = HiddenField()
