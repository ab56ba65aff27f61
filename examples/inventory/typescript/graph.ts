import type * as pocketid from "@pulumi-pocketid/pocketid";
import { mermaid } from "./escape";

// Mermaid renders no graph with more than 500 edges or 50,000 characters.
const maxEdges = 400;
const maxCharacters = 40000;

// A group with more members becomes one node with their number.
const maxMembers = 8;

const styles = [
    "classDef user fill:#e3f2fd,stroke:#1565c0,color:#000",
    "classDef group fill:#fff8e1,stroke:#f9a825,color:#000",
    "classDef client fill:#e8f5e9,stroke:#2e7d32,color:#000",
    "classDef workload fill:#f3e5f5,stroke:#6a1b9a,color:#000",
    "classDef open fill:#ffebee,stroke:#c62828,color:#000",
];

// How the nodes of each kind look: their brackets in Mermaid.
const shapes = {
    user: ['(["', '"])'],
    group: ['{{"', '"}}'],
    client: ['["', '"]'],
    workload: ['[["', '"]]'],
    open: ['["', '"]'],
};

/** Builds a Mermaid graph. Labels must be encoded. */
class Graph {
    private readonly lines = ["flowchart LR", ...styles];
    private readonly nodes = new Map<string, string>();
    private characters = 0;
    edges = 0;
    omitted = 0;

    /** Adds an edge and those of its nodes that are new, or counts it if the graph is full. */
    connect(...ends: { kind: keyof typeof shapes; key: string; label: string }[]) {
        const added = ends.filter(({ kind, key }) => !this.nodes.has(`${kind} ${key}`));
        const lines = added.map(({ kind, label }, i) => {
            const [left, right] = shapes[kind];
            return `n${this.nodes.size + i}${left}${label}${right}:::${kind}`;
        });
        const size = lines.join("").length;
        if (this.edges >= maxEdges || this.characters + size > maxCharacters) {
            this.omitted++;
            return;
        }
        added.forEach(({ kind, key }) => this.nodes.set(`${kind} ${key}`, `n${this.nodes.size}`));
        const [from, to] = ends.map(({ kind, key }) => this.nodes.get(`${kind} ${key}`));
        this.lines.push(...lines, `${from} --> ${to}`);
        this.characters += size;
        this.edges++;
    }

    toString = () => this.lines.join("\n    ");
}

/** Draws who may use which client. Edges from members come last, because a full graph lacks the last ones. */
export function drawAccess(
    clients: pocketid.GetClientResult[],
    groups: pocketid.types.output.GroupSummary[],
    users: pocketid.types.output.UserSummary[],
): Graph {
    const graph = new Graph();
    const open = clients.filter((client) => !client.isGroupRestricted);
    if (open.length > 0) {
        graph.connect(
            { kind: "user", key: "", label: "every user" },
            { kind: "open", key: "", label: `open clients: ${open.length}` },
        );
    }
    const used = new Set<string>();
    for (const client of clients) {
        const kind = client.isGroupRestricted ? "client" : "open";
        const target = { kind, key: client.clientId, label: mermaid(client.name) } as const;
        for (const group of groups.filter(({ groupId }) => client.allowedUserGroups.includes(groupId))) {
            graph.connect({ kind: "group", key: group.groupId, label: mermaid(group.name) }, target);
            used.add(group.groupId);
        }
        for (const { issuer, subject } of client.federatedIdentities) {
            const label = `${mermaid(issuer)}<br>${mermaid(subject)}`;
            graph.connect({ kind: "workload", key: `${issuer} ${subject}`, label }, target);
        }
    }
    for (const group of groups.filter(({ groupId }) => used.has(groupId))) {
        const target = { kind: "group", key: group.groupId, label: mermaid(group.name) } as const;
        const members = users.filter((user) => !user.disabled && user.userGroups.includes(group.groupId));
        if (members.length > maxMembers) {
            graph.connect({ kind: "user", key: group.groupId, label: `${members.length} users` }, target);
            continue;
        }
        for (const { userId, username } of members) {
            graph.connect({ kind: "user", key: userId, label: mermaid(username) }, target);
        }
    }
    return graph;
}
