//! MFA devices, as a caller sees them.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use data_encoding::{BASE32, BASE64};

use crate::phone::{Phone, serial};
use crate::world::{ACCOUNT, World};

#[tokio::test]
async fn a_device_is_made_enabled_disabled_and_removed() {
    let world = World::new().await;
    world.root("CreateUser UserName=Ann Path=/dev/").await.ok();
    let more = "Path=/a/ Tags.member.1.Key=k Tags.member.1.Value=v";
    let made = format!("CreateVirtualMFADevice VirtualMFADeviceName=Phone {more}");
    let made = world.root(&made).await.ok();
    let phone = Phone::of(&made);
    assert_eq!(phone.serial, serial("a/Phone"));
    assert_eq!((made.text("Key"), made.texts("User").len()), ("k".to_owned(), 0));
    let named = format!("SerialNumber={}", phone.serial);
    world.root(&phone.call(&world, ("EnableMFADevice", "ann"), 0)).await.ok();
    let told = world.root(&format!("GetMFADevice UserName=ann {named}")).await.ok();
    assert_eq!(told.text("UserName"), "Ann");
    assert_eq!(told.text("EnableDate"), "2027-01-15T08:00:00Z");
    assert_eq!(told.text("SerialNumber"), phone.serial);
    let held = world.root("ListMFADevices UserName=ann").await.ok();
    assert_eq!(held.text("SerialNumber"), phone.serial);
    assert_eq!(
        world.root(&format!("DeleteVirtualMFADevice {named}")).await.told(),
        "409 DeleteConflict: MFA VirtualDevice in use. Must deactivate first."
    );
    world.root(&format!("DeactivateMFADevice UserName=ann {named}")).await.ok();
    assert_eq!(world.root("ListMFADevices UserName=ann").await.ok().texts("member").len(), 0);
    world.root(&format!("DeleteVirtualMFADevice {named}")).await.ok();
    assert_eq!(world.root("ListVirtualMFADevices").await.ok().texts("member").len(), 0);
}

#[tokio::test]
async fn a_seed_is_shown_once_as_a_text_and_as_a_picture() {
    let world = World::new().await;
    let made = world.root("CreateVirtualMFADevice VirtualMFADeviceName=phone").await.ok();
    let seed = BASE64.decode(made.text("Base32StringSeed").as_bytes()).unwrap();
    assert_eq!(BASE32.decode(&seed).unwrap().len(), 40);
    let picture = BASE64.decode(made.text("QRCodePNG").as_bytes()).unwrap();
    let uri = |account: &str| {
        let seed = str::from_utf8(&seed).unwrap();
        format!("otpauth://totp/phone@{account}?secret={seed}")
    };
    assert_eq!(picture, countersign::qr::png(&uri(ACCOUNT)).unwrap());
    let listed = world.root("ListVirtualMFADevices").await.ok();
    assert!(listed.texts("Base32StringSeed").is_empty() && listed.texts("QRCodePNG").is_empty());
}

#[tokio::test]
async fn the_picture_names_the_account_by_its_alias() {
    let world = World::new().await;
    world.root("CreateAccountAlias AccountAlias=acme").await.ok();
    let made = world.root("CreateVirtualMFADevice VirtualMFADeviceName=phone").await.ok();
    let seed = Phone::of(&made).seed;
    let picture = countersign::qr::png(&format!("otpauth://totp/phone@acme?secret={seed}"));
    assert_eq!(BASE64.decode(made.text("QRCodePNG").as_bytes()).unwrap(), picture.unwrap());
}

#[tokio::test]
async fn a_name_is_given_once_whatever_its_case_and_path() {
    let world = World::new().await;
    world.root("CreateVirtualMFADevice VirtualMFADeviceName=phone").await.ok();
    for more in ["VirtualMFADeviceName=Phone", "VirtualMFADeviceName=phone Path=/a/"] {
        assert_eq!(
            world.root(&format!("CreateVirtualMFADevice {more}")).await.told(),
            "409 EntityAlreadyExists: MFA device already exists."
        );
    }
}

#[tokio::test]
async fn a_serial_number_is_no_longer_than_can_be_asked_for() {
    let world = World::new().await;
    let call = |length: usize| {
        format!("CreateVirtualMFADevice VirtualMFADeviceName={}", "x".repeat(length))
    };
    let made = world.root(&call(226)).await.ok();
    let named = format!("SerialNumber={}", made.text("SerialNumber"));
    assert_eq!(
        world.root(&call(227)).await.told(),
        "400 InvalidInput: The serial number of an MFA device has at most 256 characters, path \
         and name included."
    );
    world.root(&format!("DeleteVirtualMFADevice {named}")).await.ok();
}

#[tokio::test]
async fn a_device_that_is_not_there_is_told_by_its_serial_number() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    world.root("CreateVirtualMFADevice VirtualMFADeviceName=phone Path=/a/").await.ok();
    let codes = "AuthenticationCode1=123456 AuthenticationCode2=234567";
    let wrong = ["phone", "A/phone", "a/Phone", "a/none"].map(serial);
    let foreign = "arn:aws:iam::210987654321:mfa/a/phone".to_owned();
    for serial in wrong.into_iter().chain(["GAHT12345678".to_owned(), foreign]) {
        for call in [
            format!("DeleteVirtualMFADevice SerialNumber={serial}"),
            format!("EnableMFADevice UserName=ann {codes} SerialNumber={serial}"),
            format!("ResyncMFADevice UserName=ann {codes} SerialNumber={serial}"),
            format!("DeactivateMFADevice UserName=ann SerialNumber={serial}"),
            format!("GetMFADevice UserName=ann SerialNumber={serial}"),
            format!("ListMFADeviceTags SerialNumber={serial}"),
            format!("UntagMFADevice TagKeys.member.1=a SerialNumber={serial}"),
        ] {
            let told =
                format!("404 NoSuchEntity: MFA Device with serial number {serial} does not exist.");
            assert_eq!(world.root(&call).await.told(), told, "{call}");
        }
    }
}

#[tokio::test]
async fn a_user_that_is_not_there_is_told_before_the_device() {
    let world = World::new().await;
    let codes = "AuthenticationCode1=123456 AuthenticationCode2=234567";
    for call in [
        format!("EnableMFADevice UserName=none {codes} SerialNumber={}", serial("x")),
        format!("ResyncMFADevice UserName=none {codes} SerialNumber={}", serial("x")),
        format!("DeactivateMFADevice UserName=none SerialNumber={}", serial("x")),
        format!("GetMFADevice UserName=none SerialNumber={}", serial("x")),
        "ListMFADevices UserName=none".to_owned(),
    ] {
        let told = "404 NoSuchEntity: The user with name none cannot be found.";
        assert_eq!(world.root(&call).await.told(), told, "{call}");
    }
}

#[tokio::test]
async fn a_device_is_one_users_alone() {
    let world = World::new().await;
    for name in ["ann", "bob"] {
        world.root(&format!("CreateUser UserName={name}")).await.ok();
    }
    let phone = Phone::enabled_for(&world, "ann").await;
    for user in ["ann", "bob"] {
        let call = phone.call(&world, ("EnableMFADevice", user), 5);
        let told = "409 EntityAlreadyExists: MFA Device is already in use.";
        assert_eq!(world.root(&call).await.told(), told);
    }
    let named = format!("SerialNumber={}", phone.serial);
    for call in [
        phone.call(&world, ("ResyncMFADevice", "bob"), 5),
        format!("DeactivateMFADevice UserName=bob {named}"),
        format!("DeactivateMFADevice {named}"),
        format!("GetMFADevice UserName=bob {named}"),
    ] {
        let told = "404 NoSuchEntity: MFA Device invalid for user.";
        assert_eq!(world.root(&call).await.told(), told, "{call}");
    }
}

#[tokio::test]
async fn a_user_has_eight_devices_at_most() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    for number in 0..9 {
        let phone = Phone::new(&world, &format!("p{number}")).await;
        let reply = world.root(&phone.call(&world, ("EnableMFADevice", "ann"), 0)).await;
        if number < 8 {
            reply.ok();
        } else {
            let told = "409 LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8";
            assert_eq!(reply.told(), told);
        }
    }
}

#[tokio::test]
async fn an_account_holds_as_many_devices_as_users() {
    let limits = Limits { users_per_account: 1, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    world.root("CreateVirtualMFADevice VirtualMFADeviceName=a").await.ok();
    assert_eq!(
        world.root("CreateVirtualMFADevice VirtualMFADeviceName=b").await.told(),
        "409 LimitExceeded: Cannot exceed quota for MFADevicesPerAccount: 1"
    );
}

#[tokio::test]
async fn a_user_keeps_devices_under_another_name_and_does_not_go_before_them() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::enabled_for(&world, "ann").await;
    world.root("UpdateUser UserName=ann NewUserName=anna").await.ok();
    assert_eq!(world.root("ListMFADevices UserName=anna").await.ok().text("UserName"), "anna");
    let all = world.root("ListVirtualMFADevices AssignmentStatus=Assigned").await.ok();
    assert_eq!(all.text("Arn"), format!("arn:aws:iam::{ACCOUNT}:user/anna"));
    assert_eq!(
        world.root("DeleteUser UserName=anna").await.told(),
        "409 DeleteConflict: Cannot delete entity, must delete MFA device first."
    );
    let named = format!("SerialNumber={}", phone.serial);
    world.root(&format!("DeactivateMFADevice UserName=anna {named}")).await.ok();
    world.root("DeleteUser UserName=anna").await.ok();
}

#[tokio::test]
async fn who_names_nobody_means_themselves_and_root_has_no_devices() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let own = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iam:*","Resource":["{}","{}"]}}]}}"#,
        format_args!("arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"),
        serial("${aws:username}"),
    );
    let put = format!("PutUserPolicy UserName=ann PolicyName=own PolicyDocument={own}");
    world.root(&put).await.ok();
    let made = world.asks(&ann, "CreateVirtualMFADevice VirtualMFADeviceName=ann").await.ok();
    let phone = Phone::of(&made);
    world.asks(&ann, &phone.call(&world, ("EnableMFADevice", "ann"), 0)).await.ok();
    let named = format!("SerialNumber={}", phone.serial);
    assert_eq!(world.asks(&ann, "ListMFADevices").await.ok().text("UserName"), "ann");
    assert_eq!(world.asks(&ann, &format!("GetMFADevice {named}")).await.ok().status, 200);
    assert_eq!(world.root("ListMFADevices").await.ok().texts("member").len(), 0);
    world.asks(&ann, &format!("DeactivateMFADevice {named}")).await.ok();
    world.asks(&ann, &format!("DeleteVirtualMFADevice {named}")).await.ok();
    for (action, parameter) in [
        ("CreateVirtualMFADevice", "VirtualMFADeviceName=bob".to_owned()),
        ("DeleteVirtualMFADevice", format!("SerialNumber={}", serial("bob"))),
    ] {
        let told = format!("{action} on resource: {} because no identity-", serial("bob"));
        let reply = world.asks(&ann, &format!("{action} {parameter}")).await;
        assert!(reply.message().contains(&told), "{}", reply.message());
    }
}

#[tokio::test]
async fn devices_are_listed_by_whose_they_are_and_a_page_at_a_time() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    for name in ["c", "B", "a", "d"] {
        let phone = Phone::new(&world, name).await;
        if name != "d" {
            world.root(&phone.call(&world, ("EnableMFADevice", "ann"), 0)).await.ok();
        }
    }
    for (list, all) in [
        ("ListVirtualMFADevices", &["a", "B", "c", "d"][..]),
        ("ListVirtualMFADevices AssignmentStatus=Any", &["a", "B", "c", "d"]),
        ("ListVirtualMFADevices AssignmentStatus=Assigned", &["a", "B", "c"]),
        ("ListMFADevices UserName=Ann", &["a", "B", "c"]),
    ] {
        let all: Vec<_> = all.iter().map(|name| serial(name)).collect();
        let (first, rest) = all.split_at(2);
        let page = world.root(&format!("{list} MaxItems=2")).await.ok();
        assert_eq!(page.texts("SerialNumber"), first);
        let page = world.root(&format!("{list} Marker={}", page.text("Marker"))).await.ok();
        assert_eq!(page.texts("SerialNumber"), rest);
        assert_eq!(page.text("IsTruncated"), "false");
    }
    let free = world.root("ListVirtualMFADevices AssignmentStatus=Unassigned").await.ok();
    assert_eq!(free.texts("SerialNumber"), [serial("d")]);
    assert!(free.texts("User").is_empty() && free.texts("EnableDate").is_empty());
}

#[tokio::test]
async fn tags_of_devices_are_told_apart_by_case_and_looked_at_by_conditions() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let phone = Phone::new(&world, "phone").await;
    let named = format!("SerialNumber={}", phone.serial);
    let tags = "Tags.member.1.Key=team Tags.member.1.Value=a Tags.member.2.Key=Team \
                Tags.member.2.Value=b";
    world.root(&format!("TagMFADevice {named} {tags}")).await.ok();
    let listed = world.root(&format!("ListMFADeviceTags {named}")).await.ok();
    assert_eq!(listed.texts("Key"), ["Team", "team"]);
    world.root(&format!("UntagMFADevice {named} TagKeys.member.1=Team")).await.ok();
    let allow = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:DeleteVirtualMFADevice","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}]}"#;
    let put = format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={allow}");
    world.root(&put).await.ok();
    let other = Phone::new(&world, "other").await;
    let call = format!("DeleteVirtualMFADevice SerialNumber={}", other.serial);
    assert_eq!(world.asks(&ann, &call).await.code(), "AccessDenied");
    world.asks(&ann, &format!("DeleteVirtualMFADevice {named}")).await.ok();
}

#[tokio::test]
async fn the_summary_counts_devices_and_those_in_use() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    Phone::enabled_for(&world, "ann").await;
    Phone::new(&world, "phone").await;
    let summary = world.root("GetAccountSummary").await.ok();
    let (keys, values) = (summary.texts("key"), summary.texts("value"));
    let figure = |name: &str| values[keys.iter().position(|key| key == name).unwrap()].clone();
    assert_eq!(figure("MFADevices"), "2");
    assert_eq!(figure("MFADevicesInUse"), "1");
    assert_eq!(figure("AccountMFAEnabled"), "0");
}
