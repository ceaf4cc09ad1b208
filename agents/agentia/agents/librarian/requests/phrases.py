"""Plain words, read as requests; what cannot be read is asked back."""

import re
from typing import Final

from pydantic import ValidationError

from agentia.agents.librarian.errors import Unreadable
from agentia.agents.librarian.limits import FACT, NEED
from agentia.agents.librarian.requests.patterns import (
    COLLECTIONS,
    CONTEXT,
    COURTESY,
    FACTS,
    KEEPING,
    NEXT,
    QUESTION,
    SHELF,
    WORKSPACE,
    shelf,
)
from agentia.agents.librarian.requests.texts import brief, cleaned
from agentia.agents.librarian.requests.wishes import Add, ForgetAbout, Recall, Remember, Wish

EXAMPLES: Final = (
    "remember that my favourite region is North",
    "what do you know about my favourite region?",
    "forget my favourite region",
    "put blue as colour in the workspace",
    "search for delivery times in my documents",
)
LONGEST: Final = max(FACT, NEED) + 500
"""Characters of a sentence that is read."""

_READERS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), make) for pattern, make in (*WORKSPACE, *COLLECTIONS, *FACTS)
)


def read(text: str, *, files: bool = False) -> list[Wish | ForgetAbout]:
    """What `text` asks for, sentence by sentence; with `files`, it may be to keep them.

    Raises Unreadable, with what was understood.
    """
    plain = cleaned(text).strip()
    if len(plain) > LONGEST:
        raise Unreadable(
            f"I read sentences of {LONGEST:,} characters, and this has {len(plain):,}. A fact is short; send what is"
            " longer as a file, to be kept in a collection."
        )
    if files:
        return [_keeping(plain)]
    return [_sentence(each) for each in NEXT.split(plain)]


def unclear(text: str) -> str:
    """The question back, with what was understood and what helps."""
    understood = (
        f"I read “{brief(text)}”, but not what I shall do with it: remember it, recall it, or forget it?"
        if text
        else "What shall I remember, recall or forget?"
    )
    return f"{understood} You can say, for example: {'; '.join(f'“{each}”' for each in EXAMPLES)}."


def completed(text: str, reply: str, *, files: bool = False) -> list[Wish | ForgetAbout]:
    """What `text` asks for, with the `reply` to the question back. Raises Unreadable."""
    word = re.sub(r"\W+", " ", reply).strip().lower().removesuffix(" it").removesuffix(" that")
    if text and word in ("remember", "recall", "forget"):
        return read(f"{word} {text}")
    if files and word in ("yes", "keep", "ja"):
        return [Add(collection=SHELF)]
    return read(reply, files=files)


def _sentence(text: str) -> Wish | ForgetAbout:
    return _scoped(_wish(CONTEXT.sub(" ", _without_courtesy(text)).strip(), text), text)


def _wish(said: str, plain: str) -> Wish | ForgetAbout:
    bare = said.rstrip("?!. ")
    try:
        for pattern, make in _READERS:
            if match := pattern.fullmatch(bare):
                return make(match)
        if QUESTION.match(said) or (plain.endswith("?") and re.search(r"\w", bare)):
            return Recall(need=bare)
    except ValidationError as exc:
        message = exc.errors()[0]["msg"]
        raise Unreadable(f"“{brief(plain)}” cannot be carried out: {message[:1].lower()}{message[1:]}.") from exc
    raise Unreadable(unclear(plain))


def _scoped(wish: Wish | ForgetAbout, text: str) -> Wish | ForgetAbout:
    if isinstance(wish, Remember | Recall) and CONTEXT.search(text):
        return wish.model_copy(update={"scope": "context"})
    return wish


def _keeping(text: str) -> Add:
    match = KEEPING.fullmatch(_without_courtesy(text).rstrip("?!. "))
    if text and not match:
        raise Unreadable(
            f"I read “{brief(text)}”, and there are files with it. Shall I keep them? Say “add these to collection"
            " NAME”, or “yes” for the collection “documents”."
        )
    return Add(collection=(shelf(match) if match else "") or SHELF)


def _without_courtesy(text: str) -> str:
    match = COURTESY.match(text)
    return text[match.end() :] if match else text
