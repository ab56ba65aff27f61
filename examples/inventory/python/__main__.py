from datetime import datetime, timezone
from pathlib import Path

import pulumi
import pulumi_pocketid as pocketid

from report import Inventory, create_report

config = pulumi.Config()
file = config.require("file")
days = config.require_int("days")

# The program manages nothing and uses no resource, so all values are known in a preview,
# which writes the file too. get_clients does not return federated identities, and groups
# only from Pocket ID 2.16 on.
clients = pocketid.get_clients().clients
inventory = Inventory(
    clients=[pocketid.get_client(client_id=client.client_id) for client in clients],
    groups=pocketid.get_groups().groups,
    users=pocketid.get_users().users,
    api_keys=pocketid.get_api_keys().api_keys,
)
markdown, findings = create_report(inventory, datetime.now(timezone.utc), days)
Path(file).write_text(markdown, encoding="utf-8")

# The state gets the number of findings, but no names.
pulumi.export("findings", findings)
