"""What the librarian's card says: skills in the words of people and of other agents who look for them."""

from typing import Final

from agentia.cards import Skill

DESCRIPTION: Final = (
    "Remembers facts for you, recalls them by what they mean, and forgets them for good. Keeps a workspace for the "
    "agents of one conversation, and collections of documents to search in and to quote from. It needs no language "
    "model, and takes requests in plain words or as data."
)
INPUT_MODES: Final = (
    "text/plain",
    "text/markdown",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
)
OUTPUT_MODES: Final = ("text/plain", "application/json")

SKILLS: Final = (
    Skill(
        "remember",
        "Remember a fact, for all conversations or for this one alone.",
        name="Remember a fact",
        tags=("remember", "memory", "note", "keep in mind", "memorise", "long-term"),
        examples=(
            "Remember that my favourite colour is green",
            "Note that my nickname is Kit",
            "Keep in mind that I prefer short answers",
            "Remember for this conversation that we speak of our plans",
        ),
    ),
    Skill(
        "recall",
        "Recall what was remembered before: facts that answer a question, found by what they mean.",
        name="Recall facts",
        tags=("recall", "memory", "remember", "know about"),
        examples=(
            "What do you know about my favourite colour?",
            "What is my favourite colour?",
            "Do you remember my nickname?",
            "What did I tell you about our plans?",
            "What do you remember?",
        ),
    ),
    Skill(
        "forget",
        "Forget facts that were remembered, for good.",
        name="Forget facts",
        tags=("forget", "memory"),
        examples=("Forget my favourite colour", "Forget what you know about our plans", "Forget everything you know"),
    ),
    Skill(
        "workspace",
        "Share values among the agents of one conversation: put, get and list entries by compare-and-swap.",
        name="Shared workspace",
        tags=("workspace", "share", "compare-and-swap", "blackboard", "scratchpad"),
        examples=(
            "Put blue as colour in the workspace",
            "Get colour from the workspace",
            "Show the history of colour in the workspace",
            "What is in the workspace?",
        ),
    ),
    Skill(
        "collections",
        "Keep documents in collections and search in them: exact quotes, with the place where they stand.",
        name="Search in documents",
        tags=("document", "collection", "search in documents", "quote", "passage", "library"),
        examples=(
            "Add these to collection contracts",
            "Search the collection contracts for notice periods",
            "What do my documents say about delivery times?",
            "List my documents",
        ),
    ),
)
