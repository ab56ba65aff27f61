import pulumi
import pulumi_pocketid as pocketid

config = pulumi.Config()

family = pocketid.Group(
    "family",
    name=config.get("groupName") or "family",  # must be unique in Pocket ID
    friendly_name="Family",
)

# Everything that the client needs is in the catalogue of the provider.
photos = pocketid.Application(
    "photos",
    application="immich",
    url="https://photos.example.com",
    allowed_user_groups=[family.id],
)

# Paperless-ngx takes its settings from environment variables, and the catalogue knows their
# names. Inputs of Client, such as skip_consent, have precedence over the catalogue.
documents = pocketid.Application(
    "documents",
    application="paperless-ngx",
    url="https://documents.example.com",
    name="Documents",
    allowed_user_groups=[family.id],
)

# The same facts without a client. This call makes no request.
wiki = pocketid.get_application_output(application="outline", url="https://wiki.example.com")

pulumi.export("photosClientId", photos.client_id)
pulumi.export("photosClientSecret", photos.client_secret)  # the output is secret
pulumi.export("documentsClientId", documents.client_id)
pulumi.export("documentsEnvironment", documents.environment)  # the output is secret
pulumi.export("tokenUrl", photos.endpoints.apply(lambda endpoints: endpoints and endpoints.token))
pulumi.export("wikiCallbackUrls", wiki.callback_urls)
