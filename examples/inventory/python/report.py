from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pulumi_pocketid import GetClientResult, outputs

from escape import markdown
from graph import draw_access


@dataclass
class Inventory:
    clients: Sequence[GetClientResult]
    groups: Sequence[outputs.GroupSummary]
    users: Sequence[outputs.UserSummary]
    api_keys: Sequence[outputs.ApiKeySummary]


def create_report(inventory: Inventory, now: datetime, days: int) -> tuple[str, int]:
    """Creates the report and counts its findings. It depends on the time only where something
    expires, so that two reports can be compared."""
    findings = find_problems(inventory, now, days)
    client_rows = [client_row(client, inventory.groups) for client in inventory.clients]
    lines = [
        "# Access to clients",
        "",
        *graph_section(inventory),
        "",
        "## What to look at",
        "",
        *table(["object", "ID", "finding"], findings),
        "",
        *limitations(inventory),
        "",
        "## Clients",
        "",
        *table(["client", "ID", "users", "workloads"], client_rows),
    ]
    return "\n".join(lines) + "\n", len(findings)


def graph_section(inventory: Inventory) -> list[str]:
    graph = draw_access(inventory.clients, inventory.groups, inventory.users)
    if graph.edges == 0:
        return ["Nobody may use a client."]
    lines = [
        "```mermaid",
        str(graph),
        "```",
        "",
        "Users reach clients through their groups. Workloads authenticate as a client with their own tokens.",
        "The graph has one node for all clients that are open to every user. It shows neither disabled users nor groups without a client.",
    ]
    if graph.omitted > 0:
        lines.append(f"It also lacks {graph.omitted} edges, because Mermaid renders no larger graphs. The table of clients is complete.")
    return lines


def find_problems(inventory: Inventory, now: datetime, days: int) -> list[list[str]]:
    """Returns the rows of the table. Times are in UTC and have one format, so they can be
    compared as texts."""
    present, limit = (time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in (now, now + timedelta(days=days)))

    def expiry(time: str | None) -> list[str]:
        if time is None or time > limit:
            return []
        return [f"{'expired' if time <= present else 'expires'} on {time[:10]}"]

    found = []
    for client in inventory.clients:
        for finding in client_problems(client, expiry):
            found.append([f"client {markdown(client.name)}", markdown(client.client_id), finding])
    for group in inventory.groups:
        if group.user_count == 0:
            found.append([f"group {markdown(group.name)}", markdown(group.group_id), "no members"])
    for key in inventory.api_keys:
        for finding in expiry(key.expires_at):
            found.append([f"API key {markdown(key.name)}", markdown(key.id), finding])
    return found


def client_problems(client: GetClientResult, expiry: Callable[[str | None], list[str]]) -> Iterator[str]:
    if not client.is_group_restricted:
        yield "open to every user"
    elif not client.allowed_user_groups and not client.federated_identities:
        yield "nobody may use it: no group is allowed"
    secrets = client.secrets or []
    usable = client.is_public or client.secrets is None or any(secret.is_active for secret in secrets)
    if not usable and not client.federated_identities:
        yield "neither a valid secret nor a federated identity"
    for secret in secrets:
        name = f"secret {markdown(secret.prefix)}…" if secret.prefix else f"secret {markdown(secret.secret_id)}"
        for text in expiry(secret.expires_at):
            yield f"{name} {text}"


def limitations(inventory: Inventory) -> list[str]:
    lines = ["Only the API keys of the user whose key the provider uses are checked. Pocket ID does not list others."]
    if any(client.secrets is None for client in inventory.clients):
        lines.append("Client secrets are not checked. Pocket ID lists them in 2.14 and later.")
    return lines


def client_row(client: GetClientResult, groups: Sequence[outputs.GroupSummary]) -> list[str]:
    allowed = [markdown(group.name) for group in groups if group.group_id in client.allowed_user_groups]
    users = (", ".join(allowed) or "nobody") if client.is_group_restricted else "every user"
    workloads = [f"{markdown(identity.subject)} of {markdown(identity.issuer)}" for identity in client.federated_identities]
    return [markdown(client.name), markdown(client.client_id), users, ", ".join(workloads)]


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    if not rows:
        return ["Nothing."]
    return [f"| {' | '.join(cells)} |" for cells in [header, ["---"] * len(header), *rows]]
