"""Sentences about channels in three senses, put together from patterns. A slot such as {ship} takes one of the words below; {channel} takes the word
"channel" or another word of the same sense, so that a model that fills in a masked word has to know which sense is meant."""
import random
import re

SENSES = {
    "television": {
        "channel": ["station", "network", "broadcaster"],
        "patterns": [
            "the {channel} broadcast the {show} {when}",
            "she watched the {show} on a {kind} {channel} {when}",
            "he switched to another {channel} because the {show} was {quality}",
            "the {show} on this {channel} was watched by {many} viewers",
            "the {kind} {channel} shows {quality} films {when}",
            "{many} viewers prefer a {channel} with a {quality} {show}",
            "turn to the {kind} {channel} for the {show}",
            "the presenter of the {channel} interviewed an actor {when}",
            "our {device} receives {many} {channel}s",
            "the {channel} cancelled its {quality} {show} after the {period}",
            "my {person} always watches the {show} on that {channel}",
            "the children wanted a {channel} with a cartoon instead of the {show}",
            "advertisements interrupt the {show} on the {kind} {channel}",
            "with the remote control he found the {kind} {channel} on his {device}",
        ],
        "show": ["news", "film", "series", "match", "documentary", "comedy", "weather report", "quiz", "concert", "interview"],
        "when": ["tonight", "every evening", "on sunday", "at eight", "after dinner", "last night", "in the morning"],
        "kind": ["sports", "news", "music", "film", "local", "new", "popular"],
        "quality": ["boring", "live", "funny", "famous", "old", "long", "exciting"],
        "many": ["many", "few", "a million", "a hundred", "some"],
        "device": ["television", "screen", "satellite dish", "set"],
        "period": ["season", "summer", "first episode", "election"],
        "person": ["father", "sister", "neighbour", "family", "grandmother"],
    },
    "water": {
        "channel": ["canal", "strait", "river"],
        "patterns": [
            "the {ship} crossed the {channel} {when}",
            "{water} flows through the {shape} {channel} to the {place}",
            "workers dug a {shape} {channel} from the {place} to the {place}",
            "the {ship} sailed along the {shape} {channel} {when}",
            "the {channel} is too {shape} for the {ship}",
            "mud and sand filled the {channel} after the {weather}",
            "the current in the {channel} was strong {when}",
            "{many} fish live in the {shape} {channel} near the {place}",
            "a bridge over the {channel} leads to the {place}",
            "the {weather} drove the {ship} out of the {channel}",
            "{many} {ship}s anchored in the {channel} during the {weather}",
            "he swam across the {channel} to the {place}",
            "the banks of the {channel} were flooded by the {weather}",
            "the captain steered the {ship} into the {shape} {channel}",
        ],
        "ship": ["ship", "boat", "ferry", "barge", "tanker", "yacht"],
        "when": ["at low tide", "at dawn", "in the fog", "before the storm", "at night", "in winter", "in the morning"],
        "water": ["water", "the stream", "fresh water", "rain", "the tide"],
        "shape": ["narrow", "deep", "shallow", "wide", "muddy", "rocky"],
        "place": ["harbour", "lake", "sea", "island", "field", "coast", "village"],
        "weather": ["storm", "flood", "rain", "wind", "high tide"],
        "many": ["many", "few", "a hundred", "some"],
    },
    "communication": {
        "channel": ["link", "line", "medium"],
        "patterns": [
            "the {message} was sent over a {quality} {channel}",
            "noise in the {channel} corrupts the {message}",
            "the {sender} opened a {quality} {channel} to the {receiver}",
            "the capacity of the {channel} limits how many bits are sent",
            "the {sender} and the {receiver} share a {quality} {channel}",
            "errors on the {channel} are corrected by a {code}",
            "a {code} protects the {message} on the {quality} {channel}",
            "diplomats used a {quality} {channel} to talk to the {receiver}",
            "the {receiver} decodes the {message} from the {channel}",
            "email is the {quality} {channel} between the {sender} and the {receiver}",
            "the bandwidth of the {channel} is shared by {many} users",
            "the {sender} encrypts each {message} on the {channel}",
            "{many} {channel}s carry the {message} between the {sender} and the {receiver}",
            "without an open {channel} the {sender} cannot answer the {receiver}",
        ],
        "message": ["message", "signal", "packet", "password", "data", "reply"],
        "quality": ["noisy", "secure", "private", "secret", "official", "direct", "wireless"],
        "sender": ["sender", "manager", "embassy", "customer", "computer", "team"],
        "receiver": ["receiver", "office", "government", "server", "partner", "router"],
        "code": ["code", "checksum", "protocol", "cipher"],
        "many": ["many", "few", "a hundred", "some"],
    },
}


def sentence(sense: str, random_: random.Random, plain: float = 0.5) -> str:
    """One sentence; with probability `plain` the word is "channel" itself."""
    grammar = SENSES[sense]

    def fill(slot: re.Match) -> str:
        if slot[1] == "channel" and random_.random() < plain:
            return "channel"
        return random_.choice(grammar[slot[1]])

    return re.sub(r"\{(\w+)\}", fill, random_.choice(grammar["patterns"])) + " ."


def words() -> list[str]:
    """Every word that the sentences are made of, sorted."""
    texts = [text for grammar in SENSES.values() for slot in grammar.values() for text in slot]
    return sorted(set(re.findall(r"[a-z]+", re.sub(r"\{\w+\}", " ", " ".join(texts)))))
