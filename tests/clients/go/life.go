// The life of an access key as the AWS SDK for Go sees it. The environment names the gateway and holds the root key.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

var (
	account = os.Getenv("COUNTERSIGN_ACCOUNT")
	ctx     = context.Background()
)

// config signs with one key pair, asks once, and finds the gateway.
func config(key, secret string) aws.Config {
	url := os.Getenv("AWS_ENDPOINT_URL")
	return aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
		EndpointResolverWithOptions: aws.EndpointResolverWithOptionsFunc(
			func(service, region string, options ...interface{}) (aws.Endpoint, error) {
				return aws.Endpoint{URL: url, SigningRegion: region}, nil
			}),
	}
}

func fail(format string, facts ...interface{}) {
	_, _, line, _ := runtime.Caller(2)
	fmt.Fprintf(os.Stderr, "line %d: %s\n", line, fmt.Sprintf(format, facts...))
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func is(got, want string) {
	if got != want {
		fail("%q, not %q", got, want)
	}
}

// refused: the error is AWS's, with this code and, where one is given, this sentence.
func refused(err error, code, message string) {
	var said smithy.APIError
	if !errors.As(err, &said) {
		fail("no refusal by the service: %v", err)
	}
	if said.ErrorCode() != code || (message != "" && said.ErrorMessage() != message) {
		fail("%v, not %s: %s", err, code, message)
	}
}

func who(key, secret string) (*sts.GetCallerIdentityOutput, error) {
	return sts.NewFromConfig(config(key, secret)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
}

func main() {
	rootKey, rootSecret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	root := iam.NewFromConfig(config(rootKey, rootSecret))
	name := aws.String("Ann")
	invalid := "The security token included in the request is invalid."

	me, err := who(rootKey, rootSecret)
	must(err)
	is(*me.Arn, "arn:aws:iam::"+account+":root")

	// A user with a key: the key signs, and may do nothing else.
	made, err := root.CreateUser(ctx, &iam.CreateUserInput{
		UserName: name, Path: aws.String("/staff/"),
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("red")}},
	})
	must(err)
	arn := *made.User.Arn
	is(arn, "arn:aws:iam::"+account+":user/staff/Ann")
	pair, err := root.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	must(err)
	id, secret := *pair.AccessKey.AccessKeyId, *pair.AccessKey.SecretAccessKey
	me, err = who(id, secret)
	must(err)
	is(*me.Arn, arn)
	is(*me.UserId, *made.User.UserId)
	_, err = iam.NewFromConfig(config(id, secret)).ListUsers(ctx, &iam.ListUsersInput{})
	refused(err, "AccessDenied", "User: "+arn+" is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::"+
		account+":user/ because no identity-based policy allows the iam:ListUsers action")
	_, err = who(id, secret[1:]+secret[:1])
	refused(err, "SignatureDoesNotMatch", "")

	// Disabled, refused; enabled, back.
	status := func(to types.StatusType) {
		_, err := root.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: &id, Status: to})
		must(err)
	}
	status(types.StatusTypeInactive)
	keys, err := root.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name})
	must(err)
	is(string(keys.AccessKeyMetadata[0].Status), "Inactive")
	_, err = who(id, secret)
	refused(err, "InvalidClientTokenId", invalid)
	status(types.StatusTypeActive)
	me, err = who(id, secret)
	must(err)
	is(*me.Arn, arn)
	used, err := root.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
	must(err)
	is(*used.AccessKeyLastUsed.ServiceName, "sts")

	// A new name: the same key, the new ARN at once.
	renamed := aws.String("Ann.Smith")
	_, err = root.UpdateUser(ctx, &iam.UpdateUserInput{UserName: name, NewUserName: renamed})
	must(err)
	me, err = who(id, secret)
	must(err)
	is(*me.Arn, "arn:aws:iam::"+account+":user/staff/Ann.Smith")

	// Tags and pages.
	_, err = root.UntagUser(ctx, &iam.UntagUserInput{UserName: renamed, TagKeys: []string{"team"}})
	must(err)
	_, err = root.TagUser(ctx, &iam.TagUserInput{
		UserName: renamed, Tags: []types.Tag{{Key: aws.String("seat"), Value: aws.String("3 + 4")}},
	})
	must(err)
	tags, err := root.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: renamed})
	must(err)
	is(fmt.Sprintln(len(tags.Tags), *tags.Tags[0].Key, *tags.Tags[0].Value), "1 seat 3 + 4\n")
	_, err = root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("bob")})
	must(err)
	found := ""
	pages := iam.NewListUsersPaginator(root, &iam.ListUsersInput{MaxItems: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		must(err)
		for _, user := range page.Users {
			found += *user.UserName + " "
		}
	}
	is(found, "Ann.Smith bob ")

	// The end: the key first, then the user.
	_, err = root.DeleteUser(ctx, &iam.DeleteUserInput{UserName: renamed})
	refused(err, "DeleteConflict", "Cannot delete entity, must delete access keys first.")
	_, err = root.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: renamed, AccessKeyId: &id})
	must(err)
	_, err = who(id, secret)
	refused(err, "InvalidClientTokenId", invalid)
	_, err = root.DeleteUser(ctx, &iam.DeleteUserInput{UserName: renamed})
	must(err)
	_, err = root.GetUser(ctx, &iam.GetUserInput{UserName: renamed})
	refused(err, "NoSuchEntity", "The user with name Ann.Smith cannot be found.")
	fmt.Println("the life of a key is complete")
}
