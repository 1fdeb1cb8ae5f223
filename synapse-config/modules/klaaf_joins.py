# SPDX-License-Identifier: EUPL-1.2
"""Joins many people to a managed room in one request, with one event each.

Synapse's own API joins one person a request, and a room that is entered by invitation takes two events.
This module persists the joins of a whole list as one batch, as Synapse does for a new room's first state
(EventCreationHandler.create_and_send_new_client_events). Written against Synapse 1.163; it uses Synapse's
inside, so each new version is tried with the homeserver contract suite before it is taken.

Only the main process serves it, and only to the appservice: its path is none that nginx or the dev gateway
passes on, and it wants the token of the appservice that the configuration names.

    POST /_synapse/klaaf/v1/rooms/{room_id}/joins      { "users": ["@a:b", …] }   (at most 100)
    200 { "users": { "@a:b": { "outcome": "joined" | "already" | "refused", "errcode"?, "error"? } } }
    401, 403 (not a room that may be entered so), 404 (no such room), 400 (malformed)

See docs/decisions/0014-batched-joins.md.
"""

import hmac
import logging
import re
from http import HTTPStatus
from typing import Any

from synapse.api.constants import EventContentFields, EventTypes, JoinRules, Membership
from synapse.api.errors import Codes, InvalidClientTokenError, SynapseError
from synapse.handlers.worker_lock import NEW_EVENT_DURING_PURGE_LOCK_NAME
from synapse.http.server import JsonResource
from synapse.http.servlet import parse_json_object_from_request
from synapse.http.site import SynapseRequest
from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import ConfigError
from synapse.types import JsonDict, Requester, StateMap, UserID, create_requester
from synapse.types.state import StateFilter

logger = logging.getLogger(__name__)

ROOM_CLASS_TYPE = "eu.townhall.room.class"
# Whoever is let into a confidential room is let in by one of its members; what is unknown counts as
# confidential (protocol/src/events/room-class.ts).
OPEN_PROTECTIONS = ("offen", "intern")
MOST_USERS = 100

_SETTINGS = (
    (EventTypes.Create, ""),
    (EventTypes.JoinRules, ""),
    (EventTypes.PowerLevels, ""),
    (ROOM_CLASS_TYPE, ""),
)

Outcome = dict[str, str]
JOINED: Outcome = {"outcome": "joined"}
ALREADY: Outcome = {"outcome": "already"}


def refused(errcode: str, error: str) -> Outcome:
    return {"outcome": "refused", "errcode": errcode, "error": error}


class Joins:
    """Loaded by Synapse through `modules:`."""

    def __init__(self, config: JsonDict, api: ModuleApi):
        # Workers read the same configuration; the main process alone has work to do.
        if api.worker_name is None:
            resource = JoinsResource(api._hs, config["appservice"])
            api.register_web_resource("/_synapse/klaaf", resource)

    @staticmethod
    def parse_config(config: JsonDict) -> JsonDict:
        if not isinstance(config, dict) or set(config) != {"appservice"}:
            raise ConfigError("klaaf_joins wants one setting: appservice")
        return config


class JoinsResource(JsonResource):
    def __init__(self, hs: Any, appservice_id: str):
        super().__init__(hs)
        self._appservice_id = appservice_id
        self._hs = hs
        self._auth = hs.get_auth()
        self._store = hs.get_datastores().main
        self._state = hs.get_storage_controllers().state
        self._spam_checker = hs.get_module_api_callbacks().spam_checker
        self.register_paths(
            "POST",
            [re.compile("^/_synapse/klaaf/v1/rooms/(?P<room_id>[^/]*)/joins$")],
            self._on_joins,
            "KlaafJoins",
        )

    async def _on_joins(self, request: SynapseRequest, room_id: str) -> tuple[int, JsonDict]:
        requester = self._authenticate(request)
        user_ids = parse_users(parse_json_object_from_request(request))
        # The same order of locks as RoomMemberHandler.update_membership has.
        async with (
            self._hs.get_room_member_handler().member_linearizer.queue((room_id,)),
            self._hs.get_worker_locks_handler().acquire_read_write_lock(
                NEW_EVENT_DURING_PURGE_LOCK_NAME, room_id, write=False
            ),
        ):
            return 200, {"users": await self._join_all(requester, room_id, user_ids)}

    def _authenticate(self, request: SynapseRequest) -> Requester:
        try:
            token = self._auth.get_access_token_from_request(request)
        except UnicodeDecodeError:
            raise InvalidClientTokenError() from None
        for service in self._store.get_app_services():
            if service.id == self._appservice_id and hmac.compare_digest(
                token.encode(), service.token.encode()
            ):
                sender = service.sender.to_string()
                return create_requester(
                    sender, app_service=service, authenticated_entity=sender
                )
        raise InvalidClientTokenError()

    async def _join_all(
        self, requester: Requester, room_id: str, user_ids: list[str]
    ) -> dict[str, Outcome]:
        state = await self._state.get_current_state_ids(
            room_id,
            StateFilter.from_types(
                [
                    *_SETTINGS,
                    *((EventTypes.Member, user_id) for user_id in user_ids),
                    (EventTypes.Member, requester.user.to_string()),
                ]
            ),
        )
        memberships = await self._memberships(state)
        is_restricted = await self._check_room(requester, room_id, state, memberships)

        outcomes: dict[str, Outcome] = {}
        coming: list[str] = []
        accounts = await self._accounts(user_ids)
        for user_id in user_ids:
            membership = memberships.get(user_id)
            if membership == Membership.JOIN:
                outcomes[user_id] = ALREADY
            elif membership == Membership.BAN:
                outcomes[user_id] = refused(Codes.FORBIDDEN, "Banned from the room")
            else:
                problem = await self._problem_of(room_id, accounts.get(user_id), user_id)
                if problem is None:
                    coming.append(user_id)
                else:
                    outcomes[user_id] = problem

        batches = {
            user_id: self._events_for(
                requester,
                room_id,
                user_id,
                accounts[user_id]["profile"],
                is_restricted=is_restricted,
                is_invited=memberships.get(user_id) == Membership.INVITE,
            )
            for user_id in coming
        }
        outcomes.update(await self._persist(requester, room_id, batches))
        return outcomes

    async def _memberships(self, state: StateMap[str]) -> dict[str, str]:
        """What each person asked for is to the room, by user id."""
        known = await self._store.get_membership_from_event_ids(
            event_id for (kind, _), event_id in state.items() if kind == EventTypes.Member
        )
        return {one.user_id: one.membership for one in known.values() if one is not None}

    async def _check_room(
        self,
        requester: Requester,
        room_id: str,
        state: StateMap[str],
        memberships: dict[str, str],
    ) -> bool:
        """
        Returns: whether its join rule takes our word for who comes in, without an invitation
        Raises: SynapseError if the room is none that may be entered so
        """
        events = await self._store.get_events(
            [state[key] for key in _SETTINGS if key in state]
        )
        content = {event.type: event for event in events.values()}
        create = content.get(EventTypes.Create)
        if create is None:
            raise SynapseError(HTTPStatus.NOT_FOUND, "No such room", Codes.NOT_FOUND)
        sender = requester.user.to_string()
        if create.sender != sender or memberships.get(sender) != Membership.JOIN:
            raise SynapseError(HTTPStatus.FORBIDDEN, "Not a managed room", Codes.FORBIDDEN)
        if await self._store.is_room_blocked(room_id):
            raise SynapseError(HTTPStatus.FORBIDDEN, "The room is blocked", Codes.FORBIDDEN)
        room_class = content.get(ROOM_CLASS_TYPE)
        # A space holds no messages and has no class.
        is_space = create.content.get(EventContentFields.ROOM_TYPE) == "m.space"
        if not (is_space and room_class is None) and (
            room_class is None
            or room_class.sender != sender
            or room_class.content.get("version") != 1
            or room_class.content.get("protection") not in OPEN_PROTECTIONS
        ):
            raise SynapseError(
                HTTPStatus.FORBIDDEN,
                "A confidential room is entered by invitation of a member",
                Codes.FORBIDDEN,
            )
        rule = content.get(EventTypes.JoinRules)
        return rule is not None and rule.content.get("join_rule") in (
            JoinRules.RESTRICTED,
            JoinRules.KNOCK_RESTRICTED,
        )

    async def _accounts(self, user_ids: list[str]) -> dict[str, JsonDict]:
        """Name and picture of those who have an account that may join rooms, by user id."""
        local = [user_id for user_id in user_ids if self._hs.is_mine_id(user_id)]
        users = await self._store.db_pool.simple_select_many_batch(
            table="users",
            column="name",
            iterable=local,
            retcols=("name", "deactivated", "locked", "suspended", "is_guest"),
            desc="klaaf_joins_users",
        )
        profiles = await self._store.db_pool.simple_select_many_batch(
            table="profiles",
            column="full_user_id",
            iterable=local,
            retcols=("full_user_id", "displayname", "avatar_url"),
            desc="klaaf_joins_profiles",
        )
        shown = {
            user_id: {
                **({} if displayname is None else {"displayname": displayname}),
                **({} if avatar_url is None else {"avatar_url": avatar_url}),
            }
            for user_id, displayname, avatar_url in profiles
        }
        return {
            user_id: {"may_join": not any(bars), "profile": shown.get(user_id, {})}
            for user_id, *bars in users
        }

    async def _problem_of(
        self, room_id: str, account: JsonDict | None, user_id: str
    ) -> Outcome | None:
        if account is None:
            return refused(Codes.NOT_FOUND, "No such account on this homeserver")
        if not account["may_join"]:
            return refused(Codes.FORBIDDEN, "The account is locked, suspended or deactivated")
        verdict = await self._spam_checker.user_may_join_room(user_id, room_id, is_invited=True)
        if verdict != NOT_SPAM:
            return refused(verdict[0], "Not allowed to join this room")
        return None

    def _events_for(
        self,
        requester: Requester,
        room_id: str,
        user_id: str,
        profile: JsonDict,
        *,
        is_restricted: bool,
        is_invited: bool,
    ) -> list[JsonDict]:
        sender = requester.user.to_string()

        def event(by: str, membership: str, **more: str) -> JsonDict:
            return {
                "type": EventTypes.Member,
                "room_id": room_id,
                "sender": by,
                "state_key": user_id,
                "content": {"membership": membership, **profile, **more},
            }

        if is_invited:
            return [event(user_id, Membership.JOIN)]
        if is_restricted:
            # Matrix lets people into a restricted room on the word of a member who may invite
            # (authorization rules of room version 8 and later).
            vouched = {EventContentFields.AUTHORISING_USER: sender}
            return [event(user_id, Membership.JOIN, **vouched)]
        return [event(sender, Membership.INVITE), event(user_id, Membership.JOIN)]

    async def _persist(
        self, requester: Requester, room_id: str, batches: dict[str, list[JsonDict]]
    ) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        waiting = list(batches)
        # A batch hangs on one event. Where the room's history has forked, a first event of its own brings
        # the branches together.
        extremities = await self._store.get_forward_extremities_for_room(room_id)
        if len(extremities) != 1 and waiting:
            first = waiting.pop(0)
            outcomes[first] = await self._join_one(requester, batches[first])
        if not waiting:
            return outcomes
        try:
            await self._hs.get_event_creation_handler().create_and_send_new_client_events(
                requester,
                room_id,
                None,
                [event for user_id in waiting for event in batches[user_id]],
                ratelimit=False,
            )
            outcomes.update((user_id, JOINED) for user_id in waiting)
        except SynapseError:
            # One refusal drops the whole batch: who it was, and that the others come in, shows singly.
            logger.info("A batch of %d joins was refused; joining singly", len(waiting))
            for user_id in waiting:
                outcomes[user_id] = await self._join_one(requester, batches[user_id])
        return outcomes

    async def _join_one(self, requester: Requester, events: list[JsonDict]) -> Outcome:
        """The way of single events, on all of the room's branches."""
        handler = self._hs.get_event_creation_handler()
        try:
            for event_dict in events:
                event, unpersisted = await handler.create_event(requester, event_dict)
                context = await unpersisted.persist(event)
                await handler.handle_new_client_event(
                    requester, [(event, context)], ratelimit=False
                )
            return JOINED
        except SynapseError as error:
            if error.code >= 500 or error.code == HTTPStatus.TOO_MANY_REQUESTS:
                raise
            return refused(error.errcode, error.msg)


def parse_users(body: JsonDict) -> list[str]:
    users = body.get("users")
    if (
        not isinstance(users, list)
        or not 1 <= len(users) <= MOST_USERS
        or not all(isinstance(one, str) and UserID.is_valid(one) for one in users)
        or len(set(users)) != len(users)
    ):
        raise SynapseError(
            HTTPStatus.BAD_REQUEST,
            f"users: 1 to {MOST_USERS} Matrix IDs, each once",
            Codes.INVALID_PARAM,
        )
    return users
