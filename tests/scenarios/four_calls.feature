Feature: A visitor and an agent talk over the four calls

  Background:
    Given the shop "Demo shop"
    And the agent "Bo"

  Scenario: A visitor opens a conversation
    When the visitor opens a conversation as "Ada"
    Then the answer is 201
    And the conversation waits in place 1 of the queue
    And the visitor holds a token

  Scenario: Opening again finds the open conversation
    Given an open conversation of "Ada"
    When the visitor opens a conversation again
    Then the answer is 200
    And it is the same conversation
    And there is no new token

  Scenario: An unknown shop opens nothing
    When a visitor opens a conversation in the shop "nowhere"
    Then the answer is 404 "not_found"

  Scenario: Both sides read the same words in the same order
    Given an open conversation of "Ada"
    When the visitor says "Where is my parcel?"
    And the agent says "On its way."
    And the visitor says "Thank you!"
    Then the visitor reads "Where is my parcel?", "On its way.", "Thank you!"
    And the agent reads "Where is my parcel?", "On its way.", "Thank you!"
    And the visitor's numbers have no holes

  Scenario: A message that is sent twice is stored once
    Given an open conversation of "Ada"
    When the visitor says "Hello" with the id "m-1"
    Then the answer is 201
    When the visitor says "Hello again" with the id "m-1"
    Then the answer is 200
    And the visitor reads "Hello"

  Scenario: A note is for agents only
    Given an open conversation of "Ada"
    When the agent notes "Wants a refund"
    And the agent says "Hello!"
    Then the visitor reads "Hello!"
    And the agent reads "Wants a refund", "Hello!"
    And the visitor's numbers have no holes

  Scenario Outline: A message that says nothing or too much is refused
    Given an open conversation of "Ada"
    When the visitor says <text>
    Then the answer is 422 "validation"
    And the visitor reads nothing

    Examples:
      | text            |
      | ""              |
      | "   "           |
      | 4001 characters |

  Scenario: Somebody else's conversation does not exist
    Given an open conversation of "Ada"
    When another visitor reads the messages
    Then the answer is 404 "not_found"
    When another visitor says "Let me in"
    Then the answer is 404 "not_found"
    When somebody without a token reads the messages
    Then the answer is 401 "unauthorized"

  Scenario: After an absence a visitor asks for what is new
    Given an open conversation of "Ada"
    And the visitor has said "one", "two", "three"
    When the visitor asks for what comes after number 1
    Then the answer holds "two", "three"

  Scenario: A closed conversation takes nothing more, and closing it again changes nothing
    Given an open conversation of "Ada"
    And the visitor has said "Bye" with the id "m-1"
    When the visitor closes the conversation because "solved"
    Then the answer is 200
    And the conversation is closed because "solved"
    When the visitor closes the conversation because "other"
    Then the answer is 200
    And the conversation is closed because "solved"
    When the visitor says "One more thing"
    Then the answer is 409 "session_closed"
    When the visitor says "Bye" with the id "m-1"
    Then the answer is 200

  Scenario: An agent closes what the copy before him says
    Given an open conversation of "Ada"
    When the agent closes the conversation with an old copy
    Then the answer is 409 "stale_assignment"
    When the agent closes the conversation
    Then the answer is 200
    And the conversation is closed
