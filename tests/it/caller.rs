//! Who asks, what they may do, and what they are told where they may not.

use crate::world::{Person, World, post};

#[tokio::test]
async fn a_caller_is_told_who_it_is_in_awss_order() {
    let world = World::new().await;
    let reply = world.root("GetCallerIdentity").await.ok();
    assert_eq!(
        reply.document,
        format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  \
             <GetCallerIdentityResult>\n    <UserId>123456789012</UserId>\n    \
             <Account>123456789012</Account>\n    \
             <Arn>arn:aws:iam::123456789012:root</Arn>\n  </GetCallerIdentityResult>\n  \
             <ResponseMetadata>\n    <RequestId>{}</RequestId>\n  </ResponseMetadata>\n\
             </GetCallerIdentityResponse>\n",
            reply.text("RequestId")
        )
    );
}

#[tokio::test]
async fn a_user_may_do_nothing_yet_and_is_told_why_by_iam() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    for (call, resource) in [
        ("CreateUser UserName=x", "arn:aws:iam::123456789012:user/x"),
        ("CreateUser UserName=x Path=/p/", "arn:aws:iam::123456789012:user/p/x"),
        ("GetUser", "user ann"),
        ("GetUser UserName=Nobody", "user Nobody"),
        ("CreateAccessKey", "user ann"),
        ("ListAccessKeys UserName=bob", "user bob"),
        ("ListUsers", "arn:aws:iam::123456789012:user/"),
        ("ListUsers PathPrefix=/dev/", "arn:aws:iam::123456789012:user/dev/"),
        ("TagUser UserName=bob Tags.member.1.Key=k Tags.member.1.Value=v", "user bob"),
    ] {
        let action = call.split(' ').next().unwrap();
        let told = format!(
            "403 AccessDenied: User: arn:aws:iam::123456789012:user/ann is not authorized to \
             perform: iam:{action} on resource: {resource} because no identity-based policy \
             allows the iam:{action} action"
        );
        assert_eq!(world.asks(&ann, call).await.told(), told);
    }
}

#[tokio::test]
async fn sts_does_not_tell_why() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let call = "GetAccessKeyInfo AccessKeyId=AKIAIOSFODNN7EXAMPLE";
    assert_eq!(
        world.asks(&ann, call).await.told(),
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ann is not authorized to \
         perform: sts:GetAccessKeyInfo on resource: *"
    );
}

#[tokio::test]
async fn a_denied_change_changes_nothing() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.asks(&ann, "CreateUser UserName=eve").await;
    world.asks(&ann, "DeleteUser UserName=ann").await;
    assert_eq!(world.root("ListUsers").await.texts("UserName"), ["ann"]);
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_key_are_told_apart_as_by_aws() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let thief = Person { secret: "x".repeat(40), ..ann };
    assert_eq!(
        world.asks(&thief, "GetCallerIdentity").await.told(),
        "403 SignatureDoesNotMatch: The request signature we calculated does not match the \
         signature you provided. Check your AWS Secret Access Key and signing method. Consult \
         the service documentation for details."
    );
    let nobody = Person::new("AKIANOBODYNOBODYNOBO", "x");
    assert_eq!(
        world.asks(&nobody, "GetCallerIdentity").await.told(),
        "403 InvalidClientTokenId: The security token included in the request is invalid."
    );
}

#[tokio::test]
async fn a_signature_for_one_service_opens_no_other() {
    let world = World::new().await;
    let now = world.store.now();
    for (service, body, correct) in [
        ("sts", "Action=ListUsers&Version=2010-05-08", "iam"),
        ("iam", "Action=GetCallerIdentity&Version=2011-06-15", "sts"),
        ("s3", "Action=GetCallerIdentity&Version=2011-06-15", "sts"),
    ] {
        let reply = world.sends(world.root.signs(service, now, post(body))).await;
        let told = format!(
            "403 SignatureDoesNotMatch: Credential should be scoped to correct service: '{correct}'. "
        );
        assert_eq!(reply.told(), told);
    }
}

#[tokio::test]
async fn an_action_that_nobody_offers_is_told_in_the_namespace_of_faults() {
    let world = World::new().await;
    let now = world.store.now();
    for (body, told) in [
        ("Action=Fly&Version=2010-05-08", "Could not find operation Fly for version 2010-05-08"),
        (
            "Action=GetUser&Version=2011-06-15",
            "Could not find operation GetUser for version 2011-06-15",
        ),
        ("Action=GetUser", "Could not find operation GetUser for version NO_VERSION_SPECIFIED"),
        ("", "Could not find operation NO_ACTION_SPECIFIED for version NO_VERSION_SPECIFIED"),
        ("Action=%3Cb%3E&Version=1", "Could not find operation <b> for version 1"),
    ] {
        let service = if body.contains("2011") { "sts" } else { "iam" };
        let reply = world.sends(world.root.signs(service, now, post(body))).await;
        assert_eq!(reply.told(), format!("400 InvalidAction: {told}"));
        let namespace = "xmlns=\"http://webservices.amazon.com/AWSFault/2005-15-09\"";
        assert!(reply.document.contains(namespace), "{}", reply.document);
    }
}

#[tokio::test]
async fn a_refusal_has_the_namespace_of_the_service_that_was_asked() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let iam = world.asks(&ann, "ListUsers").await.document;
    assert!(iam.contains("https://iam.amazonaws.com/doc/2010-05-08/"), "{iam}");
    let thief = Person { secret: "x".to_owned(), ..ann };
    let sts = world.asks(&thief, "GetCallerIdentity").await.document;
    assert!(sts.contains("https://sts.amazonaws.com/doc/2011-06-15/"), "{sts}");
}

#[tokio::test]
async fn the_same_is_told_in_json_to_who_asks_for_it() {
    let world = World::new().await;
    let now = world.store.now();
    let asks = async |body: &'static str| {
        let mut request = post(body);
        request.headers_mut().insert("accept", "application/json".parse().unwrap());
        let response = world.response(world.root.signs("iam", now, request)).await;
        let media = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(media, "application/json");
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        serde_json::from_slice::<serde_json::Value>(&body).unwrap()
    };
    let made = asks("Action=CreateUser&Version=2010-05-08&UserName=ann").await;
    let user = &made["CreateUserResponse"]["CreateUserResult"]["User"];
    assert_eq!(user["UserName"], "ann");
    assert_eq!(user["CreateDate"], 1_800_000_000);
    assert!(made["CreateUserResponse"]["ResponseMetadata"]["RequestId"].is_string());
    let listed = asks("Action=ListUsers&Version=2010-05-08").await;
    let users = &listed["ListUsersResponse"]["ListUsersResult"];
    assert_eq!(users["Users"][0]["UserName"], "ann");
    assert_eq!(users["IsTruncated"], false);
    let refused = asks("Action=GetUser&Version=2010-05-08&UserName=x").await;
    assert_eq!(refused["Error"]["Code"], "NoSuchEntity");
    assert_eq!(refused["Error"]["Type"], "Sender");
    assert!(refused["RequestId"].is_string());
}

#[tokio::test]
async fn every_answer_has_a_name_and_a_date() {
    let world = World::new().await;
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let signed = world.root.signs("sts", world.store.now(), post(body));
    for request in [signed, post(body)] {
        let response = world.response(request).await;
        let headers = response.headers().clone();
        assert_eq!(headers["date"], "Fri, 15 Jan 2027 08:00:00 GMT");
        let document = http_body_util::BodyExt::collect(response.into_body()).await.unwrap();
        let document = String::from_utf8(document.to_bytes().to_vec()).unwrap();
        let id = headers["x-amzn-requestid"].to_str().unwrap();
        assert!(document.contains(&format!("<RequestId>{id}</RequestId>")), "{document}");
    }
}

#[tokio::test]
async fn parameters_may_come_in_the_query_too_but_not_twice() {
    let world = World::new().await;
    let now = world.store.now();
    let query = |query: &str, body: &'static str| {
        let mut request = post(body);
        *request.uri_mut() = format!("/?{query}").parse().unwrap();
        world.root.signs("iam", now, request)
    };
    let request = query("Action=CreateUser&Version=2010-05-08", "UserName=ann");
    assert_eq!(world.sends(request).await.ok().text("UserName"), "ann");
    let request = query("Action=DeleteUser&Version=2010-05-08", "Action=GetUser&UserName=ann");
    let told = world.sends(request).await.told();
    assert_eq!(
        told,
        "400 MalformedQueryString: The parameter 'Action' must not be given more than once."
    );
    world.root("GetUser UserName=ann").await.ok();
}

#[tokio::test]
async fn nothing_is_served_at_another_path() {
    let world = World::new().await;
    let mut request = post("Action=GetCallerIdentity&Version=2011-06-15");
    *request.uri_mut() = "/iam".parse().unwrap();
    let reply = world.sends(world.root.signs("sts", world.store.now(), request.clone())).await;
    assert_eq!((reply.status, &*reply.code()), (404, "UnknownOperationException"));
    assert_eq!(world.sends(request).await.code(), "MissingAuthenticationToken");
}

#[tokio::test]
async fn a_body_that_is_said_to_be_no_form_is_told_so_and_a_get_may_say_what_it_likes() {
    let world = World::new().await;
    let json = |mut request: http::Request<bytes::Bytes>| {
        request.headers_mut().insert("content-type", "application/json".parse().unwrap());
        world.root.signs("sts", world.store.now(), request)
    };
    let call = "Action=GetCallerIdentity&Version=2011-06-15";
    let reply = world.sends(json(post(call))).await;
    assert_eq!(reply.status, 403);
    assert!(reply.document.contains("must be application/x-www-form-urlencoded"));
    let get = http::Request::get(format!("/?{call}")).header("host", "127.0.0.1:7448");
    let reply = world.sends(json(get.body(bytes::Bytes::new()).unwrap())).await;
    assert_eq!(reply.ok().text("Account"), "123456789012");
}
