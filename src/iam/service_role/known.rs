//! What AWS's services call their roles, and what they grant them (the services' own
//! guides, each under "Using service-linked roles").

use crate::catalog::{self, AwsPolicy};
use crate::text::{CustomSuffix, ServiceName};

/// What every service-linked role is called first.
const PREFIX: &str = "AWSServiceRoleFor";

/// Where AWS's policies stand that are for service-linked roles.
const PATH: &str = "/aws-service-role/";

/// Services that may have several roles in an account, told apart by a suffix.
const SUFFIXED: &[&str] = &["autoscaling", "channels.lexv2", "connect", "lexv2"];

/// A service as it stands before `.amazonaws.com`, what its role is called behind
/// [`PREFIX`], and AWS's policy for that role.
const KNOWN: &[[&str; 3]] = &[
    ["access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"],
    ["acm", "CertificateManager", "CertificateManagerServiceRolePolicy"],
    [
        "apidestinations.events",
        "AmazonEventBridgeApiDestinations",
        "AmazonEventBridgeApiDestinationsServiceRolePolicy",
    ],
    ["appmesh", "AppMesh", "AWSAppMeshServiceRolePolicy"],
    [
        "appstream.application-autoscaling",
        "ApplicationAutoScaling_AppStreamFleet",
        "AWSApplicationAutoscalingAppStreamFleetPolicy",
    ],
    ["autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy"],
    [
        "autoscaling-plans",
        "AutoScalingPlans_EC2AutoScaling",
        "AWSAutoScalingPlansEC2AutoScalingPolicy",
    ],
    ["backup", "Backup", "AWSBackupServiceLinkedRolePolicyForBackup"],
    ["batch", "Batch", "BatchServiceRolePolicy"],
    [
        "cassandra.application-autoscaling",
        "ApplicationAutoScaling_CassandraTable",
        "AWSApplicationAutoscalingCassandraTablePolicy",
    ],
    ["channels.lex", "LexChannels", "LexChannelPolicy"],
    ["channels.lexv2", "LexV2Channels", "AmazonLexChannelsAccess"],
    [
        "cks.kms",
        "KeyManagementServiceCustomKeyStores",
        "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
    ],
    ["cloud9", "AWSCloud9", "AWSCloud9ServiceRolePolicy"],
    ["cloudhsm", "CloudHSM", "CloudHSMServiceRolePolicy"],
    ["cloudtrail", "CloudTrail", "CloudTrailServiceRolePolicy"],
    ["cognito-idp", "AmazonCognitoIdp", "AmazonCognitoIdpServiceRolePolicy"],
    [
        "comprehend.application-autoscaling",
        "ApplicationAutoScaling_ComprehendEndpoint",
        "AWSApplicationAutoscalingComprehendEndpointPolicy",
    ],
    ["compute-optimizer", "ComputeOptimizer", "ComputeOptimizerServiceRolePolicy"],
    ["config", "Config", "AWSConfigServiceRolePolicy"],
    ["config-conforms", "ConfigConforms", "ConfigConformsServiceRolePolicy"],
    ["connect", "AmazonConnect", "AmazonConnectServiceLinkedRolePolicy"],
    [
        "contributorinsights.dynamodb",
        "DynamoDBCloudWatchContributorInsights",
        "DynamoDBCloudWatchContributorInsightsServiceRolePolicy",
    ],
    [
        "custom-resource.application-autoscaling",
        "ApplicationAutoScaling_CustomResource",
        "AWSApplicationAutoScalingCustomResourcePolicy",
    ],
    ["dax", "DAX", "DAXServiceRolePolicy"],
    [
        "dynamodb.application-autoscaling",
        "ApplicationAutoScaling_DynamoDBTable",
        "AWSApplicationAutoscalingDynamoDBTablePolicy",
    ],
    [
        "ec2.application-autoscaling",
        "ApplicationAutoScaling_EC2SpotFleetRequest",
        "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy",
    ],
    ["ec2fleet", "EC2Fleet", "AWSEC2FleetServiceRolePolicy"],
    ["ecs", "ECS", "AmazonECSServiceRolePolicy"],
    [
        "ecs.application-autoscaling",
        "ApplicationAutoScaling_ECSService",
        "AWSApplicationAutoscalingECSServicePolicy",
    ],
    ["eks", "AmazonEKS", "AmazonEKSServiceRolePolicy"],
    ["eks-connector", "AmazonEKSConnector", "AmazonEKSConnectorServiceRolePolicy"],
    ["eks-fargate", "AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"],
    ["eks-nodegroup", "AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"],
    ["elasticache", "ElastiCache", "ElastiCacheServiceRolePolicy"],
    [
        "elasticache.application-autoscaling",
        "ApplicationAutoScaling_ElastiCacheRG",
        "AWSApplicationAutoscalingElastiCacheRGPolicy",
    ],
    ["elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"],
    ["elasticfilesystem", "AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy"],
    ["elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"],
    ["elasticmapreduce", "EMRCleanup", "AmazonEMRCleanupPolicy"],
    [
        "elasticmapreduce.application-autoscaling",
        "ApplicationAutoScaling_EMRInstanceGroup",
        "AWSApplicationAutoscalingEMRInstanceGroupPolicy",
    ],
    ["email.cognito-idp", "AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy"],
    ["emr-containers", "AmazonEMRContainers", "AmazonEMRContainersServiceRolePolicy"],
    ["es", "AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"],
    ["events", "CloudWatchEvents", "CloudWatchEventsServiceRolePolicy"],
    ["fis", "FIS", "AmazonFISServiceRolePolicy"],
    ["fms", "FMS", "FMSServiceRolePolicy"],
    ["fsx", "AmazonFSx", "AmazonFSxServiceRolePolicy"],
    ["globalaccelerator", "GlobalAccelerator", "AWSGlobalAcceleratorSLRPolicy"],
    ["grafana", "AmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy"],
    ["guardduty", "AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"],
    ["imagebuilder", "ImageBuilder", "AWSServiceRoleForImageBuilder"],
    ["inspector2", "AmazonInspector2", "AmazonInspector2ServiceRolePolicy"],
    ["kafka", "Kafka", "KafkaServiceRolePolicy"],
    [
        "kafka.application-autoscaling",
        "ApplicationAutoScaling_KafkaCluster",
        "AWSApplicationAutoscalingKafkaClusterPolicy",
    ],
    ["kafkaconnect", "KafkaConnect", "KafkaConnectServiceRolePolicy"],
    ["lakeformation", "LakeFormationDataAccess", "LakeFormationDataAccessServiceRolePolicy"],
    [
        "lambda.application-autoscaling",
        "ApplicationAutoScaling_LambdaConcurrency",
        "AWSApplicationAutoscalingLambdaConcurrencyPolicy",
    ],
    ["lex", "LexBots", "LexBotPolicy"],
    ["lexv2", "LexV2Bots", "AmazonLexV2BotPolicy"],
    ["license-manager", "AWSLicenseManagerRole", "AWSLicenseManagerServiceRolePolicy"],
    ["logger.cloudfront", "CloudFrontLogger", "AWSCloudFrontLogger"],
    ["macie", "AmazonMacie", "AmazonMacieServiceRolePolicy"],
    [
        "maintenance.elasticbeanstalk",
        "ElasticBeanstalkMaintenance",
        "AWSElasticBeanstalkMaintenance",
    ],
    [
        "managedupdates.elasticbeanstalk",
        "ElasticBeanstalkManagedUpdates",
        "AWSElasticBeanstalkManagedUpdatesServiceRolePolicy",
    ],
    [
        "member.org.stacksets.cloudformation",
        "CloudFormationStackSetsOrgMember",
        "CloudFormationStackSetsOrgMemberServiceRolePolicy",
    ],
    ["memorydb", "MemoryDB", "MemoryDBServiceRolePolicy"],
    ["mq", "AmazonMQ", "AmazonMQServiceRolePolicy"],
    [
        "mrk.kms",
        "KeyManagementServiceMultiRegionKeys",
        "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy",
    ],
    [
        "neptune.application-autoscaling",
        "ApplicationAutoScaling_NeptuneCluster",
        "AWSApplicationAutoscalingNeptuneClusterPolicy",
    ],
    ["network-firewall", "NetworkFirewall", "AWSNetworkFirewallServiceRolePolicy"],
    [
        "observability.aoss",
        "AmazonOpenSearchServerless",
        "AmazonOpenSearchServerlessServiceRolePolicy",
    ],
    ["opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"],
    ["ops.apigateway", "APIGateway", "APIGatewayServiceRolePolicy"],
    ["ops.emr-serverless", "AmazonEMRServerless", "AmazonEMRServerlessServiceRolePolicy"],
    ["organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy"],
    ["pullthroughcache.ecr", "ECRPullThroughCache", "AWSECRPullThroughCache_ServiceRolePolicy"],
    ["ram", "ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy"],
    ["rds", "RDS", "AmazonRDSServiceRolePolicy"],
    [
        "rds.application-autoscaling",
        "ApplicationAutoScaling_RDSCluster",
        "AWSApplicationAutoscalingRDSClusterPolicy",
    ],
    ["redshift", "Redshift", "AmazonRedshiftServiceLinkedRolePolicy"],
    ["replication.dynamodb", "DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy"],
    ["replication.ecr", "ECRReplication", "ECRReplicationServiceRolePolicy"],
    ["replicator.lambda", "LambdaReplicator", "AWSLambdaReplicator"],
    ["resource-explorer-2", "ResourceExplorer", "AWSResourceExplorerServiceRolePolicy"],
    ["rolesanywhere", "RolesAnywhere", "AWSRolesAnywhereServicePolicy"],
    [
        "sagemaker.application-autoscaling",
        "ApplicationAutoScaling_SageMakerEndpoint",
        "AWSApplicationAutoscalingSageMakerEndpointPolicy",
    ],
    ["securityhub", "SecurityHub", "AWSSecurityHubServiceRolePolicy"],
    ["servicequotas", "ServiceQuotas", "ServiceQuotasServiceRolePolicy"],
    ["ses", "AmazonSES", "AmazonSESServiceRolePolicy"],
    ["shield", "AWSShield", "AWSShieldServiceRolePolicy"],
    ["spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy"],
    ["spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"],
    ["ssm", "AmazonSSM", "AmazonSSMServiceRolePolicy"],
    ["sso", "SSO", "AWSSSOServiceRolePolicy"],
    [
        "stacksets.cloudformation",
        "CloudFormationStackSetsOrgAdmin",
        "CloudFormationStackSetsOrgAdminServiceRolePolicy",
    ],
    ["support", "Support", "AWSSupportServiceRolePolicy"],
    ["transitgateway", "VPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy"],
    ["trustedadvisor", "TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"],
    ["waf", "WAFLogging", "WAFLoggingServiceRolePolicy"],
    ["waf-regional", "WAFRegionalLogging", "WAFRegionalLoggingServiceRolePolicy"],
    ["wafv2", "WAFV2Logging", "WAFV2LoggingServiceRolePolicy"],
];

/// Whether the service may have several roles.
pub(super) fn takes_suffix(service: &ServiceName) -> bool {
    SUFFIXED.contains(&short(service))
}

/// What the role of a service is called.
pub(super) fn role_name(service: &ServiceName, suffix: Option<&CustomSuffix>) -> String {
    let name = known(service).map_or_else(|| derived(service), |[_, name, _]| (*name).to_owned());
    match suffix {
        Some(suffix) => format!("{PREFIX}{name}_{suffix}"),
        None => format!("{PREFIX}{name}"),
    }
}

/// AWS's policy for the role of a service, where it is known or can be told by its
/// name.
pub(super) fn policy(service: &ServiceName) -> Option<&'static AwsPolicy> {
    if let Some([_, _, policy]) = known(service) {
        return catalog::find(&[catalog::PREFIX, "aws-service-role/", policy].concat());
    }
    let name = derived(service);
    let names = ["", "AWS", "Amazon"].map(|maker| format!("{maker}{name}ServiceRolePolicy"));
    let is_named = |policy: &&AwsPolicy| {
        policy.path == PATH && names.iter().any(|name| name.eq_ignore_ascii_case(policy.name))
    };
    catalog::all().find(is_named)
}

fn known(service: &ServiceName) -> Option<&'static [&'static str; 3]> {
    KNOWN.iter().find(|[known, ..]| *known == short(service))
}

fn short(service: &ServiceName) -> &str {
    let name = service.as_str();
    name.strip_suffix(".amazonaws.com").unwrap_or(name)
}

/// A name for the role of a service that is not known: `SchemasEvents` for
/// `events.schemas`, the part behind the last dot first.
fn derived(service: &ServiceName) -> String {
    let parts = short(service).rsplit('.');
    let words = parts.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric()));
    words.map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    fn service(short: &str) -> ServiceName {
        ServiceName::parse(&format!("{short}.amazonaws.com")).unwrap()
    }

    #[test]
    fn every_known_service_has_a_policy_and_a_name_that_a_role_may_have() {
        for [known, ..] in KNOWN {
            let service = service(known);
            assert!(policy(&service).is_some(), "{known}");
            assert!(role_name(&service, None).len() <= 64, "{known}");
        }
        assert!(KNOWN.is_sorted_by(|[one, ..], [next, ..]| one < next));
        assert!(SUFFIXED.iter().all(|short| known(&service(short)).is_some()));
    }

    #[test]
    fn the_role_of_any_other_service_is_named_after_it() {
        let name = |short| role_name(&service(short), None);
        assert_eq!(name("events.schemas"), "AWSServiceRoleForSchemasEvents");
        assert_eq!(name("a-b.c"), "AWSServiceRoleForCAB");
        let found = policy(&service("transfer")).map(|policy| policy.name);
        assert_eq!(found, Some("AWSTransferServiceRolePolicy"));
        assert_eq!(policy(&service("none-such")), None);
    }
}
