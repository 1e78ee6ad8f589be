package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.Placement;
import dev.gantry.store.Key;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clusters, task definitions, container instances, attributes, account settings. */
class RecordsTest {

    private static final String OTHER = "0".repeat(31) + "b";

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.join(OTHER);
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void theDefaultClusterIsThereFromTheStart() throws InterruptedException {
        JsonNode answer = world.call("DescribeClusters", "{}");
        assertThat(answer.at("/clusters/0/clusterName").asText()).isEqualTo("default");
        assertThat(answer.at("/clusters/0/status").asText()).isEqualTo("ACTIVE");
    }

    @Test
    void aClusterIsCreatedOnceAndDescribedAfterItsEnd() throws InterruptedException {
        JsonNode first = world.call("CreateCluster", "{'clusterName':'c','tags':[{'key':'k','value':'v'}]}");
        assertThat(world.call("CreateCluster", "{'clusterName':'c'}")).isEqualTo(first);
        assertThat(first.at("/cluster/settings/0/value").asText()).isEqualTo("disabled");
        world.call("DeleteCluster", "{'cluster':'c'}");
        JsonNode described = world.call("DescribeClusters", "{'clusters':['c','none']}");
        assertThat(described.at("/clusters/0/status").asText()).isEqualTo("INACTIVE");
        assertThat(described.at("/failures/0/arn").asText()).isEqualTo(EcsWorld.ARNS.cluster("none"));
        assertThat(world.call("ListClusters", "{}").path("clusterArns")).hasSize(1);
    }

    @Test
    void aClusterWithInstancesIsNotDeleted() {
        assertThatThrownBy(() -> world.call("DeleteCluster", "{'cluster':'default'}"))
                .hasMessage("The Cluster cannot be deleted while Container Instances are active or draining.");
    }

    @Test
    void revisionsGrowAndAreNeverReused() throws InterruptedException {
        world.registerWeb();
        world.registerWeb();
        world.call("DeregisterTaskDefinition", "{'taskDefinition':'web:2'}");
        assertThat(definition("web").path("revision").asInt()).isEqualTo(1);
        world.call("DeleteTaskDefinitions", "{'taskDefinitions':['web:2']}");
        assertThat(definition("web:2").path("status").asText()).isEqualTo("DELETE_IN_PROGRESS");
        world.registerWeb();
        assertThat(definition("web").path("revision").asInt()).isEqualTo(3);
    }

    @Test
    void deletingAnActiveDefinitionIsAFailureOfThatOneOnly() throws InterruptedException {
        world.registerWeb();
        world.registerWeb();
        world.call("DeregisterTaskDefinition", "{'taskDefinition':'web:2'}");
        JsonNode answer = world.call("DeleteTaskDefinitions", "{'taskDefinitions':['web:1','web:2']}");
        assertThat(answer.path("taskDefinitions")).hasSize(1);
        assertThat(answer.at("/failures/0/reason").asText())
                .isEqualTo("The specified task definition is still in ACTIVE status. Please deregister the target and"
                        + " try again.");
    }

    @Test
    void aDefinitionHasAtMost64KiB() {
        String environment = "{'name':'big','value':'" + "v".repeat(65_536) + "'}";
        assertThatThrownBy(() -> world.call(
                        "RegisterTaskDefinition",
                        "{'family':'big','containerDefinitions':[{'name':'app','image':'busybox','memory':64,"
                                + "'environment':[" + environment + "]}]}"))
                .hasMessageMatching("Actual length: '[0-9]+'. Max allowed length is '65536' bytes.");
    }

    @Test
    void definitionsAreListedByNumberAndNotByText() throws InterruptedException {
        for (int i = 0; i < 11; i++) {
            world.registerWeb();
        }
        JsonNode newest = world.call("ListTaskDefinitions", "{'familyPrefix':'web','sort':'DESC','maxResults':3}");
        assertThat(texts(newest.path("taskDefinitionArns"))).containsExactly(arn(11), arn(10), arn(9));
        JsonNode next = world.call(
                "ListTaskDefinitions",
                "{'familyPrefix':'web','sort':'DESC','maxResults':1,'nextToken':'"
                        + newest.path("nextToken").asText() + "'}");
        assertThat(texts(next.path("taskDefinitionArns"))).containsExactly(arn(8));
        assertThat(texts(world.call("ListTaskDefinitionFamilies", "{'familyPrefix':'w'}")
                        .path("families")))
                .containsExactly("web");
    }

    @Test
    void whatAwsFillsInIsFilledIn() throws InterruptedException {
        JsonNode container = world.call(
                        "RegisterTaskDefinition",
                        "{'family':'f','cpu':'.5 vCPU','memory':'1GB','containerDefinitions':[{'name':'a','image':'i',"
                                + "'portMappings':[{'containerPort':80}],'healthCheck':{'command':['CMD','true']}}]}")
                .path("taskDefinition");
        assertThat(container.path("cpu").asText()).isEqualTo("512");
        assertThat(container.path("memory").asText()).isEqualTo("1024");
        assertThat(container.path("networkMode").asText()).isEqualTo("bridge");
        JsonNode only = container.at("/containerDefinitions/0");
        assertThat(only.path("cpu").asInt(-1)).isZero();
        assertThat(only.path("essential").asBoolean()).isTrue();
        assertThat(only.path("environment").isArray()).isTrue();
        assertThat(only.at("/portMappings/0/hostPort").asInt(-1)).isZero();
        assertThat(only.at("/portMappings/0/protocol").asText()).isEqualTo("tcp");
        assertThat(only.at("/healthCheck/interval").asInt()).isEqualTo(30);
        assertThat(container.path("requiresAttributes").findValuesAsText("name"))
                .containsExactly("ecs.capability.container-health-check");
    }

    @Test
    void instancesAreListedByStateAndByExpression() throws InterruptedException {
        world.call("UpdateContainerInstancesState", "{'containerInstances':['" + OTHER + "'],'status':'DRAINING'}");
        assertThat(instances("{}")).hasSize(2);
        assertThat(instances("{'status':'DRAINING'}"))
                .containsExactly(EcsWorld.ARNS.containerInstance("default", OTHER));
        assertThat(instances("{'filter':'ec2InstanceId == host-a'}"))
                .containsExactly(EcsWorld.ARNS.containerInstance("default", EcsWorld.NODE));
    }

    @Test
    void anInstanceWithTasksIsTakenOutByForceOnly() throws InterruptedException {
        world.registerWeb();
        String task = world.call("RunTask", "{'taskDefinition':'web'}")
                .at("/tasks/0/taskArn")
                .asText();
        world.change(
                task,
                one -> one.toBuilder()
                        .setPlacement(Placement.newBuilder().setNode(EcsWorld.NODE))
                        .build());
        String request = "{'containerInstance':'" + EcsWorld.NODE + "'";
        assertThatThrownBy(() -> world.call("DeregisterContainerInstance", request + "}"))
                .hasMessage("Found running tasks on the instance.");
        JsonNode gone = world.call("DeregisterContainerInstance", request + ",'force':true}");
        assertThat(gone.at("/containerInstance/status").asText()).isEqualTo("INACTIVE");
        assertThat(instances("{}")).hasSize(1);
    }

    @Test
    void attributesOfUsersAreShownBesideThoseOfTheMachine() throws InterruptedException {
        String attribute = "{'attributes':[{'name':'stack','value':'production','targetId':'" + EcsWorld.NODE + "'}]}";
        world.call("PutAttributes", attribute);
        assertThat(attributes("'attributeName':'stack'")).hasSize(1);
        assertThat(attributes("'attributeName':'ecs.availability-zone'")).hasSize(2);
        world.call("DeleteAttributes", attribute);
        assertThat(attributes("'attributeName':'stack'")).isEmpty();
    }

    @Test
    void aSettingOfThePrincipalWinsOverTheAccountsDefault() throws InterruptedException {
        world.call("PutAccountSettingDefault", "{'name':'containerInsights','value':'enhanced'}");
        assertThat(effective()).isEqualTo("enhanced");
        world.call("PutAccountSetting", "{'name':'containerInsights','value':'enabled'}");
        assertThat(effective()).isEqualTo("enabled");
        world.call("DeleteAccountSetting", "{'name':'containerInsights'}");
        assertThat(effective()).isEqualTo("enhanced");
    }

    @Test
    void aStateThatIsOldNewsInTheImageIsSetAllTheSame() throws InterruptedException {
        Key<Node> key = Kinds.NODE.key("", EcsWorld.NODE);
        world.beforeNextCommit(() -> drain(key));
        world.call(
                "UpdateContainerInstancesState", "{'containerInstances':['" + EcsWorld.NODE + "'],'status':'ACTIVE'}");
        assertThat(world.store.snapshot().get(key).orElseThrow().value().getAdministration())
                .isEqualTo(Administration.ACTIVE);
    }

    private void drain(Key<Node> key) {
        try {
            Versioned<Node> node = world.store.snapshot().get(key).orElseThrow();
            world.commit(Transaction.builder()
                    .update(
                            node,
                            node.value().toBuilder()
                                    .setAdministration(Administration.DRAINING)
                                    .build())
                    .build());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aValueOfTheWrongTypeIsASerializationException() {
        assertThatThrownBy(() -> world.call("ListTasks", "{'maxResults':'many'}"))
                .isInstanceOf(AwsException.class)
                .extracting("code")
                .isEqualTo("SerializationException");
    }

    private JsonNode definition(String reference) throws InterruptedException {
        return world.call("DescribeTaskDefinition", "{'taskDefinition':'" + reference + "'}")
                .path("taskDefinition");
    }

    private static String arn(int revision) {
        return EcsWorld.ARNS.taskDefinition("web", revision);
    }

    private List<String> instances(String input) throws InterruptedException {
        return texts(world.call("ListContainerInstances", input).path("containerInstanceArns"));
    }

    private JsonNode attributes(String filter) throws InterruptedException {
        return world.call("ListAttributes", "{'targetType':'container-instance'," + filter + "}")
                .path("attributes");
    }

    private String effective() throws InterruptedException {
        return world.call("ListAccountSettings", "{'name':'containerInsights','effectiveSettings':true}")
                .at("/settings/0/value")
                .asText();
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }
}
