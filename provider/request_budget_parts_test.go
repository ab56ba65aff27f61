package provider

import "fmt"

// budgetOf is the budget of a resource with these inputs, which have changed in the update.
func budgetOf(budget requestBudget, typ string, inputs func(b *budgetStack, n int, changed bool) map[string]any) requestBudget {
	declare := func(changed bool) func(b *budgetStack, n int) {
		return func(b *budgetStack, n int) { b.declare(typ, fmt.Sprint("it", n), inputs(b, n, changed)) }
	}
	budget.declare, budget.change = declare(false), declare(true)
	return budget
}

func textOf(changed bool) string {
	if changed {
		return "changed"
	}
	return "text"
}

// partRequestBudgets are the budgets of objects with parts, and of parts that are resources.
func partRequestBudgets() map[string]requestBudget {
	claims := map[string]any{"team": "a"}
	return map[string]requestBudget{
		"client with groups": budgetOf(requestBudget{create: 3, update: edit, refresh: 1, delete: 1}, "Client", func(b *budgetStack, n int, changed bool) map[string]any {
			in := confidentialClient(fmt.Sprint("app-", n))
			in["allowedUserGroups"], in["description"] = anySlice(b.groups[n]), textOf(changed)
			return in
		}),
		"group with claims": budgetOf(requestBudget{create: 2, update: edit, refresh: 1, delete: 1}, "Group", func(_ *budgetStack, n int, changed bool) map[string]any {
			return map[string]any{"name": fmt.Sprint("group-", n), "friendlyName": textOf(changed), "customClaims": claims}
		}),
		"user with claims": budgetOf(requestBudget{create: 2, update: edit, refresh: 1, delete: 2}, "User", func(_ *budgetStack, n int, changed bool) map[string]any {
			in := userInputs(fmt.Sprint("user", n))
			in["lastName"], in["customClaims"] = textOf(changed), claims
			return in
		}),
		"claims of a group": budgetOf(requestBudget{create: edit, update: edit, refresh: 1, delete: edit}, "GroupCustomClaims", func(b *budgetStack, n int, changed bool) map[string]any {
			return map[string]any{"groupId": b.groups[n], "claims": map[string]any{"team": textOf(changed)}}
		}),
		"members of a group": budgetOf(requestBudget{create: edit, update: edit, refresh: 1, delete: entryEdit}, "GroupMembers", func(b *budgetStack, n int, changed bool) map[string]any {
			members := anySlice(b.users[0], b.users[1])
			if changed {
				members = members[:1]
			}
			return map[string]any{"groupId": b.groups[n], "userIds": members}
		}),
		"member of a group": budgetOf(requestBudget{create: entryEdit, refresh: 1, delete: entryEdit}, "GroupMember", func(b *budgetStack, n int, _ bool) map[string]any {
			return map[string]any{"groupId": b.groups[n], "userId": b.users[0]}
		}),
		"access of a group": budgetOf(requestBudget{create: entryEdit, refresh: 1, delete: entryEdit}, "ClientGroupAccess", func(b *budgetStack, n int, _ bool) map[string]any {
			return map[string]any{"clientId": b.restricted[n], "groupId": b.groups[n]}
		}),
		// A new grant also needs the API, for the IDs of its permissions.
		"grant": budgetOf(requestBudget{create: edit + 1, update: edit, refresh: 1, delete: 1}, "ApiGrant", func(b *budgetStack, n int, changed bool) map[string]any {
			permissions := []any{"read"}
			if changed {
				permissions = append(permissions, "write")
			}
			return map[string]any{"apiId": b.api, "clientId": b.clients[n], "userDelegatedPermissions": permissions}
		}),
		"SCIM service provider": budgetOf(requestBudget{create: 3, update: edit, refresh: 1, delete: 1}, "ScimServiceProvider", func(b *budgetStack, n int, changed bool) map[string]any {
			return map[string]any{"clientId": b.clients[n], "endpoint": "https://scim.example/" + textOf(changed)}
		}),
	}
}
