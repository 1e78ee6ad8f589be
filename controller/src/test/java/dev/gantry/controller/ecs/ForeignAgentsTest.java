package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Placement;
import dev.gantry.store.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent of ECS that is not Gantry's, at the API. */
class ForeignAgentsTest {

    private static final String MACHINE = """
        'totalResources':[{'name':'CPU','type':'INTEGER','integerValue':2048},
          {'name':'MEMORY','type':'INTEGER','integerValue':3900},
          {'name':'PORTS','type':'STRINGSET','stringSetValue':['22','51678']}],
        'versionInfo':{'agentVersion':'1.105.1','dockerVersion':'DockerVersion: 29.0.1'},
        'attributes':[{'name':'ecs.capability.task-eni'},{'name':'rack','value':'r1'}]\
        """;

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void itsInstanceIsShownAndNotConnected() throws InterruptedException {
        String arn = register("").path("containerInstanceArn").asText();
        JsonNode shown = world.call("DescribeContainerInstances", "{'containerInstances':['" + arn + "']}")
                .at("/containerInstances/0");
        assertThat(shown.path("agentConnected").asBoolean(true)).isFalse();
        assertThat(shown.path("status").asText()).isEqualTo("ACTIVE");
        assertThat(shown.at("/versionInfo/agentVersion").asText()).isEqualTo("1.105.1");
        assertThat(shown.at("/registeredResources/0/integerValue").asInt()).isEqualTo(2048);
        assertThat(shown.at("/registeredResources/1/integerValue").asInt()).isEqualTo(3900);
        assertThat(shown.path("attributes").findValuesAsText("name"))
                .containsExactly("ecs.capability.task-eni", "rack");
    }

    @Test
    void itRegistersAgainUnderTheArnThatItWasGiven() throws InterruptedException {
        String arn = register("").path("containerInstanceArn").asText();
        JsonNode again = register(",'containerInstanceArn':'" + arn + "','tags':[{'key':'a','value':'b'}]");
        assertThat(again.path("containerInstanceArn").asText()).isEqualTo(arn);
        assertThat(again.path("version").asInt()).isEqualTo(2);
        assertThat(again.at("/tags/0/key").asText()).isEqualTo("a");
        world.call("DeregisterContainerInstance", "{'containerInstance':'" + arn + "'}");
        assertThatThrownBy(() -> register(",'containerInstanceArn':'" + arn + "'"))
                .hasMessageEndingWith("was deregistered. Register it anew, without containerInstanceArn.");
    }

    @Test
    void whatItsMachineSaysOfItselfIsShown() throws InterruptedException {
        // Quotes within a text must survive those that stand for others.
        String identity = "{\\u0022instanceId\\u0022:\\u0022i-0abc\\u0022,"
                + "\\u0022availabilityZone\\u0022:\\u0022eu-central-1a\\u0022}";
        JsonNode shown = register(",'instanceIdentityDocument':'" + identity + "'");
        assertThat(shown.path("ec2InstanceId").asText()).isEqualTo("i-0abc");
        assertThat(shown.path("attributes").findValuesAsText("value")).contains("eu-central-1a");
    }

    @Test
    void anInstanceOfGantrysIsNotTakenOver() {
        assertThatThrownBy(() -> register(
                        ",'containerInstanceArn':'" + EcsWorld.ARNS.containerInstance("default", EcsWorld.NODE) + "'"))
                .hasMessageEndingWith("is run by an agent of Gantry, which registers it by itself.");
    }

    @Test
    void itIsToldWhereTheLeaderIs() throws InterruptedException {
        String arn = register("").path("containerInstanceArn").asText();
        assertThatThrownBy(() -> world.call("DiscoverPollEndpoint", "{'containerInstance':'" + arn + "'}"))
                .hasMessage("No controller leads at the moment. Try again.");
        Leader leader = Leader.newBuilder().setApiUrl("https://10.0.0.5:4566").build();
        world.commit(Transaction.builder().create(Kinds.LEADER_KEY, leader).build());
        JsonNode told = world.call("DiscoverPollEndpoint", "{'containerInstance':'" + arn + "'}");
        assertThat(told.path("endpoint").asText()).isEqualTo("https://10.0.0.5:4566");
        assertThatThrownBy(() -> world.call("DiscoverPollEndpoint", "{'containerInstance':'" + "f".repeat(32) + "'}"))
                .hasMessageContaining("not found");
    }

    @Test
    void nobodyTellsTheStateOfATaskButTheAgentOfItsInstance() throws InterruptedException {
        world.registerWeb();
        String task = world.call("RunTask", "{'taskDefinition':'web'}")
                .at("/tasks/0/taskArn")
                .asText();
        world.change(
                task,
                one -> one.toBuilder()
                        .setPlacement(Placement.newBuilder().setNode(EcsWorld.NODE))
                        .build());
        String stopped = "{'task':'" + task + "','status':'STOPPED'";
        assertThatThrownBy(() -> world.call("SubmitTaskStateChange", stopped + "}"))
                .hasMessageEndingWith(EcsWorld.NODE + " is run by an agent of Gantry.");
        assertThatThrownBy(() -> world.call("SubmitContainerStateChange", stopped + ",'containerName':'app'}"))
                .hasMessageEndingWith(EcsWorld.NODE + " is run by an agent of Gantry.");
        assertThat(world.call("DescribeTasks", "{'tasks':['" + task + "']}")
                        .at("/tasks/0/lastStatus")
                        .asText())
                .isEqualTo("PENDING");
    }

    private JsonNode register(String more) throws InterruptedException {
        return world.call("RegisterContainerInstance", "{" + MACHINE + more + "}")
                .path("containerInstance");
    }
}
