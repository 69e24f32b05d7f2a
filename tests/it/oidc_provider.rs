//! OIDC providers, as a caller sees them.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;

use crate::world::{ACCOUNT, World};

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{name}")
}

fn by_arn(action: &str, name: &str) -> String {
    format!("{action} OpenIDConnectProviderArn={}", arn(name))
}

/// The URL of a provider, and more of what it begins with.
fn create(url: &str, more: &str) -> String {
    format!("CreateOpenIDConnectProvider Url={url} {more}")
}

fn thumbprints(many: usize) -> String {
    let one = |n: usize| format!("ThumbprintList.member.{n}={n:040}");
    (1..=many).map(one).collect::<Vec<_>>().join(" ")
}

fn clients(many: usize) -> String {
    let one = |n: usize| format!("ClientIDList.member.{n}=client-{n}");
    (1..=many).map(one).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_provider_is_registered_told_of_and_removed() {
    let world = World::new().await;
    let thumbprint = "ThumbprintList.member.1=0123456789ABCDEF0123456789abcdef01234567";
    let more = format!("ClientIDList.member.1=b ClientIDList.member.2=a {thumbprint}");
    let tags = "Tags.member.1.Key=team Tags.member.1.Value=blue";
    let call = create("https://ID.example.com/Realms/Acme", &format!("{more} {tags}"));
    let made = world.root(&call).await.ok();
    let name = "id.example.com/Realms/Acme";
    assert_eq!(made.text("OpenIDConnectProviderArn"), arn(name));
    assert_eq!(made.text("Value"), "blue");
    let told = world.root(&by_arn("GetOpenIDConnectProvider", name)).await.ok();
    assert_eq!(told.text("Url"), name);
    assert_eq!(told.texts("ClientIDList/member"), ["b", "a"]);
    let lower = "0123456789abcdef0123456789abcdef01234567";
    assert_eq!(told.texts("ThumbprintList/member"), [lower]);
    assert_eq!(told.text("CreateDate"), "2027-01-15T08:00:00Z");
    assert_eq!(told.text("Key"), "team");
    let listed = world.root("ListOpenIDConnectProviders").await.ok();
    assert_eq!(listed.texts("Arn"), [arn(name)]);
    assert!(!listed.document.contains("IsTruncated"));
    world.root(&by_arn("DeleteOpenIDConnectProvider", name)).await.ok();
    let listed = world.root("ListOpenIDConnectProviders").await.ok();
    assert!(listed.document.contains("<OpenIDConnectProviderList/>"));
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_missed_in_aws_words() {
    let world = World::new().await;
    world.root(&create("https://id.example.com/a", "")).await.ok();
    for name in ["none.example.com", "id.example.com/A", "ID.example.com/a"] {
        let told =
            format!("404 NoSuchEntity: OpenIDConnect Provider not found for arn {}", arn(name));
        for call in [
            by_arn("GetOpenIDConnectProvider", name),
            by_arn("ListOpenIDConnectProviderTags", name),
            by_arn("AddClientIDToOpenIDConnectProvider", name) + " ClientID=a",
            by_arn("RemoveClientIDFromOpenIDConnectProvider", name) + " ClientID=a",
            by_arn("UpdateOpenIDConnectProviderThumbprint", name) + " ThumbprintList=",
            by_arn("TagOpenIDConnectProvider", name) + " Tags=",
            by_arn("UntagOpenIDConnectProvider", name) + " TagKeys=",
        ] {
            assert_eq!(world.root(&call).await.told(), told, "{call}");
        }
        let told =
            format!("404 NoSuchEntity: OpenId connect Provider {} cannot be found.", arn(name));
        assert_eq!(world.root(&by_arn("DeleteOpenIDConnectProvider", name)).await.told(), told);
    }
    let saml = format!("arn:aws:iam::{ACCOUNT}:saml-provider/id.example.com");
    let call = format!("GetOpenIDConnectProvider OpenIDConnectProviderArn={saml}");
    assert_eq!(world.root(&call).await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn a_url_is_registered_once_but_the_case_and_the_end_of_its_path_count() {
    let world = World::new().await;
    for url in ["https://id.example.com", "https://id.example.com/", "https://id.example.com/A"] {
        world.root(&create(url, "")).await.ok();
    }
    world.root(&create("https://id.example.com/a", "")).await.ok();
    let url = "https://ID.example.com";
    let told = format!("409 EntityAlreadyExists: Provider with url {url} already exists.");
    assert_eq!(world.root(&create(url, "")).await.told(), told);
    let listed = world.root("ListOpenIDConnectProviders").await.ok();
    let names = ["id.example.com", "id.example.com/", "id.example.com/A", "id.example.com/a"];
    assert_eq!(listed.texts("Arn"), names.map(arn));
}

#[tokio::test]
async fn only_urls_of_https_without_user_or_query_are_taken() {
    let world = World::new().await;
    for url in [
        "id.example.com",
        "http://id.example.com",
        "https://",
        "https://id.example.com:84430",
        "https://ann@id.example.com",
        "https://id.example.com?a=b",
        "https://id.example.com/%23a",
        "https://id_example.com",
    ] {
        let told = "400 ValidationError: Invalid Open ID Connect Provider URL";
        assert_eq!(world.root(&create(url, "")).await.told(), told, "{url}");
    }
    let long = format!("https://id.example.com/{}", "a".repeat(233));
    let told = "Value at 'url' failed to satisfy constraint: Member must have length less than or \
                equal to 255";
    assert!(world.root(&create(&long, "")).await.message().ends_with(told));
    world.root(&create(&long[1..].replacen("ttps", "https", 1)[..255], "")).await.ok();
}

#[tokio::test]
async fn five_thumbprints_are_the_most_and_each_is_forty_digits() {
    let world = World::new().await;
    let fewer = "400 InvalidInput: Thumbprint list must contain fewer than 5 entries.";
    let call = create("https://id.example.com", &thumbprints(6));
    assert_eq!(world.root(&call).await.told(), fewer);
    world.root(&create("https://id.example.com", &thumbprints(5))).await.ok();
    let update = by_arn("UpdateOpenIDConnectProviderThumbprint", "id.example.com");
    assert_eq!(world.root(&format!("{update} {}", thumbprints(6))).await.told(), fewer);
    let short = world.root(&format!("{update} ThumbprintList.member.1=0")).await;
    assert!(short.message().contains("'thumbprintList'"), "{}", short.message());
    let letters = "z".repeat(40);
    let odd = world.root(&format!("{update} ThumbprintList.member.1={letters}")).await;
    assert_eq!(odd.told(), "400 InvalidInput: A thumbprint must be hexadecimal.");
    world.root(&format!("{update} {}", thumbprints(2))).await.ok();
    let told = world.root(&by_arn("GetOpenIDConnectProvider", "id.example.com")).await.ok();
    assert_eq!(told.texts("ThumbprintList/member").len(), 2);
    world.root(&format!("{update} ThumbprintList=")).await.ok();
    let told = world.root(&by_arn("GetOpenIDConnectProvider", "id.example.com")).await.ok();
    assert!(told.document.contains("<ThumbprintList/>"));
}

#[tokio::test]
async fn clients_come_and_go_and_a_hundred_are_the_most() {
    let world = World::new().await;
    let full = "409 LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100";
    let call = create("https://id.example.com", &clients(101));
    assert_eq!(world.root(&call).await.told(), full);
    world.root(&create("https://id.example.com", &clients(100))).await.ok();
    let add = by_arn("AddClientIDToOpenIDConnectProvider", "id.example.com");
    assert_eq!(world.root(&format!("{add} ClientID=more")).await.told(), full);
    world.root(&format!("{add} ClientID=client-7")).await.ok();
    let remove = by_arn("RemoveClientIDFromOpenIDConnectProvider", "id.example.com");
    for client in ["client-7", "client-7", "client-8", "stranger"] {
        world.root(&format!("{remove} ClientID={client}")).await.ok();
    }
    world.root(&format!("{add} ClientID=more")).await.ok();
    let told = world.root(&by_arn("GetOpenIDConnectProvider", "id.example.com")).await.ok();
    let clients = told.texts("ClientIDList/member");
    assert_eq!((clients.len(), clients[98].as_str()), (99, "more"));
    assert!(!clients.contains(&"client-7".to_owned()));
}

#[tokio::test]
async fn an_account_has_as_many_providers_as_its_quota_says() {
    let limits = Limits { oidc_per_account: 1, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    world.root(&create("https://a.example.com", "")).await.ok();
    let told = "409 LimitExceeded: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 1";
    assert_eq!(world.root(&create("https://b.example.com", "")).await.told(), told);
}

#[tokio::test]
async fn tags_of_a_provider_are_told_apart_by_case_and_counted() {
    let limits = Limits { tags_per_entity: 2, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    world.root(&create("https://id.example.com/a", "")).await.ok();
    let tag = |key: &str| {
        let tag = by_arn("TagOpenIDConnectProvider", "id.example.com/a");
        format!("{tag} Tags.member.1.Key={key} Tags.member.1.Value=v")
    };
    world.root(&tag("team")).await.ok();
    world.root(&tag("Team")).await.ok();
    let told = "409 LimitExceeded: The number of tags has reached the maximum limit.";
    assert_eq!(world.root(&tag("more")).await.told(), told);
    let list = by_arn("ListOpenIDConnectProviderTags", "id.example.com/a");
    let first = world.root(&format!("{list} MaxItems=1")).await.ok();
    assert_eq!((first.text("Key"), first.text("IsTruncated")), ("Team".into(), "true".into()));
    let next = world.root(&format!("{list} Marker={}", first.text("Marker"))).await.ok();
    assert_eq!(next.text("Key"), "team");
    let untag = by_arn("UntagOpenIDConnectProvider", "id.example.com/a");
    world.root(&format!("{untag} TagKeys.member.1=Team")).await.ok();
    assert_eq!(world.root(&list).await.ok().texts("Key"), ["team"]);
}

#[tokio::test]
async fn leave_may_hang_on_the_tags_of_a_provider_and_is_refused_by_its_full_name() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let tags = "Tags.member.1.Key=team Tags.member.1.Value=blue";
    world.root(&create("https://id.example.com/a", tags)).await.ok();
    world.root(&create("https://id.example.com/b", "")).await.ok();
    let condition = r#"{"StringEquals":{"aws:ResourceTag/team":"blue"}}"#;
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{condition}}}}}"#
    );
    let put = format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={document}");
    world.root(&put).await.ok();
    world.asks(&ann, &by_arn("GetOpenIDConnectProvider", "id.example.com/a")).await.ok();
    let reply = world.asks(&ann, &by_arn("GetOpenIDConnectProvider", "id.example.com/b")).await;
    let told = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: \
         iam:GetOpenIDConnectProvider on resource: {} because no identity-based policy allows the \
         iam:GetOpenIDConnectProvider action",
        arn("id.example.com/b")
    );
    assert_eq!(reply.message(), told);
}

#[tokio::test]
async fn a_provider_is_there_after_a_restart_and_counts_in_the_summary() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    world.root(&create("https://id.example.com/A", &clients(2))).await.ok();
    let before = world.root(&by_arn("GetOpenIDConnectProvider", "id.example.com/A")).await.ok();
    let world = World::over(engine, Limits::default()).await;
    let after = world.root(&by_arn("GetOpenIDConnectProvider", "id.example.com/A")).await.ok();
    assert_eq!(before.texts("ClientIDList/member"), after.texts("ClientIDList/member"));
    let summary = world.root("GetAccountSummary").await.ok();
    assert!(summary.document.contains("<key>Providers</key>\n        <value>1</value>"));
}
