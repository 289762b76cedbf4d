"""Stand-in prose: numbered paragraphs that a small grammar writes, wrapped into lines.

It takes the place of Nietzsche's text where there is no network. Much of a sentence can be told
from what stands before it, some of it far before:

- The verb agrees with its subject in number, also where a relative clause with another noun stands
  between them ("the sailors whom the island fears never praise ...").
- A quotation that is opened is closed, and inside it people shout: its sentences end in "!" and
  speak of "thou". A bracket that is opened is closed.
- A paragraph keeps to one topic: its nouns, verbs and adjectives, and one favourite noun.
- Paragraphs are numbered from one on.

What the stand-in leaves out: meaning, and nearly all of English. It has a few hundred words, and
nobody means anything by them. Losses measured on it compare models with each other; they are not
Nietzsche's.
"""

import random
import textwrap
from typing import NamedTuple

WIDTH = 72  # characters a line, at most
CHARACTERS = 230_000  # of the stand-in text


class Topic(NamedTuple):
    nouns: list[tuple[str, str]]  # one, many
    verbs: list[tuple[str, str]]  # what one does, what many do
    adjectives: list[str]
    places: list[str]


def _topic(nouns: str, verbs: str, adjectives: str, places: str) -> Topic:
    """A topic from words; forms that are not regular stand as "man/men"."""

    def two(word: str, first: str, second: str) -> tuple[str, str]:
        one, _, many = word.partition("/")
        return (one, many) if many else (one + first, one + second)

    return Topic(
        [two(word, "", "s") for word in nouns.split()],
        [two(word, "s", "") for word in verbs.split()],
        adjectives.split(),
        places.split(","),
    )


TOPICS = [
    _topic(
        "sailor harbour island storm captain wave anchor lighthouse",
        "drown carries/carry fear crosses/cross steer swallow",
        "salt grey restless deep stormy wide",
        "on the open water,under the mast,beyond the reef",
    ),
    _topic(
        "smith hammer furnace blade apprentice spark sword",
        "forge temper strike melt sharpen bend",
        "glowing heavy iron sooty hard blunt",
        "at the anvil,beside the bellows,in the smoke",
    ),
    _topic(
        "gardener rose thorn orchard bee seed root",
        "water prune nourishes/nourish plant gather shade",
        "ripe green patient blossoming withered fragrant",
        "behind the hedge,under the old pear tree,among the weeds",
    ),
    _topic(
        "judge thief/thieves prisoner verdict oath witness/witnesses law",
        "punishes/punish accuse condemn acquit confesses/confess betray",
        "guilty severe lawful merciful secret unjust",
        "before the court,in the dungeon,behind closed doors",
    ),
    _topic(
        "scholar pupil book riddle proof library/libraries error",
        "teaches/teach explain refutes/refute quote forget doubt",
        "learned dusty subtle obscure clever tedious",
        "in the margin,at the lectern,between two chapters",
    ),
    _topic(
        "hermit eagle summit glacier shepherd abyss/abysses valley",
        "climb overlook envies/envy outlives/outlive shun echoes/echo",
        "lonely cold lofty silent steep frozen",
        "above the clouds,on the narrow path,near the cave",
    ),
    _topic(
        "merchant coin debt market bargain beggar customer",
        "sell cheat weighs/weigh count borrow flatter",
        "greedy cheap golden worthless cunning rich",
        "at the scales,for a copper,on market day",
    ),
    _topic(
        "singer melody/melodies drum dancer flute chorus/choruses string",
        "praises/praise tune imitates/imitate applaud accompanies/accompany enchant",
        "shrill tender harmonious drunken solemn merry",
        "after midnight,in the third measure,at the feast",
    ),
]
PEOPLE = ["the stranger", "the old woman", "my neighbour", "the king", "the fool", "a child"]
OFTEN = ["always", "never", "seldom", "secretly", "gladly", "in the end"]
OPENERS = ["therefore", "nevertheless", "once more", "in former times", "at bottom", "perhaps"]


def draw(characters: int, seed: int) -> str:
    """At least so many characters of prose, in lines; the same for the same seed."""
    rng = random.Random(seed)
    paragraphs: list[str] = []
    length = 0
    while length < characters:
        number = len(paragraphs) + 1
        paragraphs.append(textwrap.fill(f"{number}. {_paragraph(rng)}", WIDTH))
        length += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs) + "\n"


def _paragraph(rng: random.Random) -> str:
    """Four to nine sentences on one topic, one or two of which quote somebody."""
    topic = rng.choice(TOPICS)
    favourite = rng.choice(topic.nouns)
    topic = topic._replace(nouns=[*topic.nouns, *[favourite] * len(topic.nouns)])
    kinds = [_plain] * 4 + [_quotation] * 2 + [_condition, _question, _bracket, _contrast]
    sentences = (rng.choice(kinds)(rng, topic) for _ in range(rng.randint(4, 9)))
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)


def _subject(rng: random.Random, topic: Topic, clause: float = 0.4) -> tuple[str, int]:
    """A noun phrase, with a relative clause by this chance, and whether it is one (0) or many."""
    many = rng.randrange(2)
    words = [rng.choice([["the", "every", "this"], ["the", "all", "these"]][many])]
    if rng.random() < 0.4:
        words.append(rng.choice(topic.adjectives))
    words.append(rng.choice(topic.nouns)[many])
    if rng.random() < clause:
        if rng.random() < 0.5:
            words += ["whom", *_clause(rng, topic)]
        else:
            words += ["that", rng.choice(topic.verbs)[many], _subject(rng, topic, 0)[0]]
    return " ".join(words), many


def _clause(rng: random.Random, topic: Topic) -> list[str]:
    """Somebody and what they do, without an object."""
    who, many = _subject(rng, topic, 0)
    return [who, rng.choice(topic.verbs)[many]]


def _statement(rng: random.Random, topic: Topic) -> str:
    who, many = _subject(rng, topic)
    words = [who]
    if rng.random() < 0.3:
        words.append(rng.choice(OFTEN))
    words += [rng.choice(topic.verbs)[many], _subject(rng, topic, 0.15)[0]]
    if rng.random() < 0.3:
        words.append(rng.choice(topic.places))
    return " ".join(words)


def _plain(rng: random.Random, topic: Topic) -> str:
    opener = f"{rng.choice(OPENERS)}, " if rng.random() < 0.25 else ""
    return f"{opener}{_statement(rng, topic)}."


def _quotation(rng: random.Random, topic: Topic) -> str:
    """Somebody shouts one to three sentences at somebody."""
    shouts = []
    for _ in range(rng.randint(1, 3)):
        verb, whom = rng.choice(topic.verbs)[1], _subject(rng, topic, 0.15)[0]
        address = rng.choice(topic.nouns)[0]
        shouts.append(
            rng.choice([f"O {address}, thou must {verb} {whom}!", f"Thou shalt not {verb} {whom}!"])
        )
    return f'{rng.choice(PEOPLE)} said: "{" ".join(shouts)}"'


def _condition(rng: random.Random, topic: Topic) -> str:
    return f"if {_statement(rng, topic)}, then {_statement(rng, topic)}."


def _question(rng: random.Random, topic: Topic) -> str:
    who, many = _subject(rng, topic)
    verb, whom = rng.choice(topic.verbs)[1], _subject(rng, topic, 0)[0]
    return f"{['does', 'do'][many]} {who} {verb} {whom}?"


def _bracket(rng: random.Random, topic: Topic) -> str:
    who, many = _subject(rng, topic, 0)
    aside = f"(for {_statement(rng, topic)})"
    return f"{who} {aside} {rng.choice(topic.verbs)[many]} {_subject(rng, topic, 0)[0]}."


def _contrast(rng: random.Random, topic: Topic) -> str:
    return f"{_statement(rng, topic)}; but {_statement(rng, topic)}."
