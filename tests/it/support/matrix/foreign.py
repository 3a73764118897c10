"""A Matrix client that shares no code with the program: it says one thing in a room and prints what it is answered.

Arguments: the home server's address, a user id and its password, the room it is invited to, and what to say. It prints
one JSON object, once somebody else has answered in the message's thread: the body, the HTML, and whether it was encrypted.
"""

import asyncio
import json
import sys
import tempfile

from nio import AsyncClient, AsyncClientConfig, MegolmEvent, RoomMessage


async def main(url, user, password, room, words):
    with tempfile.TemporaryDirectory() as store:
        config = AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True)
        client = AsyncClient(url, user, store_path=store, config=config)
        answered = asyncio.Event()

        async def heard(_room, event):
            relation = event.source["content"].get("m.relates_to", {})
            if event.sender == user or relation.get("event_id") != sent.event_id:
                return
            content = event.source["content"]
            answer = {"body": event.body, "html": content.get("formatted_body"), "sealed": event.decrypted}
            print(json.dumps(answer), flush=True)
            answered.set()

        async def locked(_room, event):
            sys.exit(f"an event of {event.sender} cannot be decrypted")

        await client.login(password)
        await client.join(room)
        await client.sync(full_state=True)
        content = {"msgtype": "m.text", "body": words}
        sent = await client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
        client.add_event_callback(heard, RoomMessage)
        client.add_event_callback(locked, MegolmEvent)
        syncing = asyncio.create_task(client.sync_forever(timeout=5000))
        await asyncio.wait_for(answered.wait(), 90)
        syncing.cancel()
        await client.close()


asyncio.run(main(*sys.argv[1:]))
