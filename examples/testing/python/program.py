import pulumi
import pulumi_pocketid as pocketid


def program() -> None:
    """The program under test. The group exists already."""
    family = pocketid.get_group_output(name="family")
    wiki = pocketid.Client(
        "wiki",
        name="Wiki",
        client_id="wiki",
        callback_urls=["https://wiki.example.com/oauth/callback"],
        allowed_user_groups=[family.group_id],
    )
    pulumi.export("clientId", wiki.client_id)
