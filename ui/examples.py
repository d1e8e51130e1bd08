"""Questions for the demo corpus: the article that answers one, and the question, offered only while it is there."""

from __future__ import annotations

EXAMPLES = {
    "de": {
        "demo-012": "Wie viele Beschäftigte beteiligten sich am Warnstreik im Hafen von Breedenhafen?",
        "demo-023": "Wie viele nordkoreanische Soldaten wurden getötet?",
        "demo-005": "Zu welcher Strafe wurde der Eierhändler aus Sankt Veiten verurteilt?",
    },
    "en": {
        "demo-022": "How many North Korean soldiers were killed?",
        "demo-016": "What caused the cold store fire in Breedenhafen?",
    },
}
