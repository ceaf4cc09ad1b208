"""Agents of the OpenAI Agents SDK as specialists. Imported only for such an agent, since that SDK takes seconds."""
