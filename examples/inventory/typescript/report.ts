import type * as pocketid from "@pulumi-pocketid/pocketid";
import { markdown } from "./escape";
import { drawAccess } from "./graph";

export interface Inventory {
    clients: pocketid.GetClientResult[];
    groups: pocketid.types.output.GroupSummary[];
    users: pocketid.types.output.UserSummary[];
    apiKeys: pocketid.types.output.ApiKeySummary[];
}

/** Creates the report. It depends on the time only where something expires, so that two reports can be compared. */
export function createReport(inventory: Inventory, now: Date, days: number) {
    const findings = findProblems(inventory, now, days);
    const lines = [
        "# Access to clients",
        "",
        ...graphSection(inventory),
        "",
        "## What to look at",
        "",
        ...table(["object", "ID", "finding"], findings),
        "",
        ...limitations(inventory),
        "",
        "## Clients",
        "",
        ...table(["client", "ID", "users", "workloads"], inventory.clients.map((client) => clientRow(client, inventory.groups))),
    ];
    return { markdown: lines.join("\n") + "\n", findings: findings.length };
}

function graphSection({ clients, groups, users }: Inventory): string[] {
    const graph = drawAccess(clients, groups, users);
    if (graph.edges === 0) {
        return ["Nobody may use a client."];
    }
    const lines = ["```mermaid", graph.toString(), "```", ""];
    lines.push("Users reach clients through their groups. Workloads authenticate as a client with their own tokens.");
    lines.push("The graph has one node for all clients that are open to every user. It shows neither disabled users nor groups without a client.");
    if (graph.omitted > 0) {
        lines.push(`It also lacks ${graph.omitted} edges, because Mermaid renders no larger graphs. The table of clients is complete.`);
    }
    return lines;
}

// Returns the rows of the table. Times are in UTC and have one format, so they can be
// compared as texts.
function findProblems({ clients, groups, apiKeys }: Inventory, now: Date, days: number): string[][] {
    const [present, limit] = [0, days].map((later) =>
        new Date(now.getTime() + later * 24 * 60 * 60 * 1000).toISOString().replace(/\.\d+/, ""),
    );
    const expiry = (time?: string) =>
        time === undefined || time > limit ? [] : [`${time <= present ? "expired" : "expires"} on ${time.slice(0, 10)}`];

    const found: string[][] = [];
    for (const client of clients) {
        for (const finding of clientProblems(client, expiry)) {
            found.push([`client ${markdown(client.name)}`, markdown(client.clientId), finding]);
        }
    }
    for (const { name, groupId } of groups.filter(({ userCount }) => userCount === 0)) {
        found.push([`group ${markdown(name)}`, markdown(groupId), "no members"]);
    }
    for (const { name, id, expiresAt } of apiKeys) {
        for (const finding of expiry(expiresAt)) {
            found.push([`API key ${markdown(name)}`, markdown(id), finding]);
        }
    }
    return found;
}

function* clientProblems(client: pocketid.GetClientResult, expiry: (time?: string) => string[]) {
    if (!client.isGroupRestricted) {
        yield "open to every user";
    } else if (client.allowedUserGroups.length === 0 && client.federatedIdentities.length === 0) {
        yield "nobody may use it: no group is allowed";
    }
    const secrets = client.secrets ?? [];
    const usable = client.isPublic || client.secrets === undefined || secrets.some(({ isActive }) => isActive);
    if (!usable && client.federatedIdentities.length === 0) {
        yield "neither a valid secret nor a federated identity";
    }
    for (const { secretId, prefix, expiresAt } of secrets) {
        const name = prefix ? `secret ${markdown(prefix)}…` : `secret ${markdown(secretId)}`;
        for (const text of expiry(expiresAt)) {
            yield `${name} ${text}`;
        }
    }
}

function limitations({ clients }: Inventory): string[] {
    const lines = ["Only the API keys of the user whose key the provider uses are checked. Pocket ID does not list others."];
    if (clients.some(({ secrets }) => secrets === undefined)) {
        lines.push("Client secrets are not checked. Pocket ID lists them in 2.14 and later.");
    }
    return lines;
}

function clientRow(client: pocketid.GetClientResult, groups: Inventory["groups"]): string[] {
    const allowed = groups.filter(({ groupId }) => client.allowedUserGroups.includes(groupId)).map(({ name }) => markdown(name));
    const users = client.isGroupRestricted ? allowed.join(", ") || "nobody" : "every user";
    const workloads = client.federatedIdentities.map(({ issuer, subject }) => `${markdown(subject)} of ${markdown(issuer)}`);
    return [markdown(client.name), markdown(client.clientId), users, workloads.join(", ")];
}

function table(header: string[], rows: string[][]): string[] {
    if (rows.length === 0) {
        return ["Nothing."];
    }
    return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}
