"""An Answerer as llama-index knows one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.retrieve import to_node

if TYPE_CHECKING:
    from rag.answerer import Answerer


class QueryEngine(BaseQueryEngine):
    """An Answerer for llama-index: ``Response.response`` is the text, ``metadata["answer"]`` the whole Answer."""

    def __init__(self, answerer: Answerer) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._answerer = answerer

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._answerer.ask(query_bundle.query_str)
        nodes = [NodeWithScore(node=to_node(p), score=p.score) for p in answer.passages]
        return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}
