# SPDX-License-Identifier: EUPL-1.2
"""Sees to it that a Synapse that was killed loses no event on its way to an appservice.

Synapse notes how far it has looked for events that concern appservices (appservice_stream_position) before
they lie in its table of transactions; in between they are in memory alone (handlers/appservice.py,
appservice/scheduler.py, 1.163). Killed at that moment it never pushes them. And after a start it looks only
when the next event happens; until then it does not send what it held back either.

So at each start this module sets that note back by some events, and has Synapse look. What was pushed
before is pushed again: only appservices that know an event by its id, as Klaaf's does, may stand beside it.

See docs/decisions/0011-inbox-and-outbox.md.
"""

import logging
from typing import Any

from synapse.module_api import ModuleApi
from synapse.module_api.errors import ConfigError
from synapse.storage.database import make_conn
from synapse.storage.engines import create_engine
from synapse.types import JsonDict

logger = logging.getLogger(__name__)

# More than can be on their way at once. Not many more: while an appservice is down each of them is a
# transaction of its own, and a Synapse that is started again and again would never be through with them.
EVENTS = 200
LOOK_AFTER_MS = 500


class PushAgain:
    """Loaded by Synapse through `modules:`; works in the process that pushes to appservices."""

    def __init__(self, _config: JsonDict, api: ModuleApi):
        hs = api._hs
        if not hs.config.worker.should_notify_appservices:
            return
        # Before anything listens, so that Synapse itself does not write the note meanwhile.
        set_back(hs)
        api.delayed_background_call(LOOK_AFTER_MS, look, hs, desc="klaaf_push_look")

    @staticmethod
    def parse_config(config: JsonDict) -> JsonDict:
        if config:
            raise ConfigError("klaaf_push has no settings")
        return config


def set_back(hs: Any) -> None:
    for database in hs.config.database.databases:
        if "main" not in database.databases:
            continue
        with make_conn(
            db_config=database,
            engine=create_engine(database.config),
            default_txn_name="klaaf_push",
            server_name=hs.hostname,
        ) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "UPDATE appservice_stream_position SET stream_ordering ="
                " CASE WHEN stream_ordering > ? THEN stream_ordering - ? ELSE 0 END",
                (EVENTS, EVENTS),
            )
            cursor.close()
            connection.commit()
        connection.close()
        logger.info("Appservices are pushed the last %d events again", EVENTS)


async def look(hs: Any) -> None:
    token = hs.get_datastores().main.get_room_max_token()
    hs.get_application_service_handler().notify_interested_services(token)
