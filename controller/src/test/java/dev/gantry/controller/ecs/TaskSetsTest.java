package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.aws.AwsException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskSetsTest {

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.registerWeb();
        world.call(
                "CreateService", "{'serviceName':'site','desiredCount':3,'deploymentController':{'type':'EXTERNAL'}}");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void anExternalServiceHasTaskSetsAndNoDeployments() throws InterruptedException {
        JsonNode set = create("'externalId':'mine','scale':{'value':50.0,'unit':'PERCENT'}");
        assertThat(set.path("id").asText()).matches("ecs-svc/[0-9]{19}");
        assertThat(set.path("taskSetArn").asText())
                .isEqualTo("arn:aws:ecs:eu-central-1:000000000000:task-set/default/site/"
                        + set.path("id").asText());
        assertThat(set.path("status").asText()).isEqualTo("ACTIVE");
        assertThat(set.path("computedDesiredCount").asInt()).as("rounded up").isEqualTo(2);
        assertThat(set.path("stabilityStatus").asText()).isEqualTo("STABILIZING");
        assertThat(set.path("externalId").asText()).isEqualTo("mine");
        JsonNode service =
                world.call("DescribeServices", "{'services':['site']}").at("/services/0");
        assertThat(service.at("/deploymentController/type").asText()).isEqualTo("EXTERNAL");
        assertThat(service.path("deployments")).isEmpty();
        assertThat(service.path("taskSets")).hasSize(1);
        assertThat(service.has("taskDefinition")).isFalse();
        assertThat(service.has("currentServiceDeployment")).isFalse();
    }

    @Test
    void scalesAndDeletesTaskSets() throws InterruptedException {
        String id = create("").path("id").asText();
        JsonNode scaled = world.call(
                        "UpdateTaskSet",
                        "{'cluster':'default','service':'site','taskSet':'%s','scale':{'value':34.0}}".formatted(id))
                .path("taskSet");
        assertThat(scaled.path("computedDesiredCount").asInt()).isEqualTo(2);
        assertRefused(
                () -> delete(id, ""), "InvalidParameterException", "cannot be deleted while it is scaled above 0");
        assertThat(delete(id, ",'force':true").path("status").asText()).isEqualTo("DRAINING");
        assertRefused(() -> delete("ecs-svc/0", ""), "TaskSetNotFoundException", "was not found");
    }

    @Test
    void oneTaskSetIsThePrimary() throws InterruptedException {
        String one = create("").path("id").asText();
        String two = create("").path("taskSetArn").asText();
        assertThat(primary(one).path("status").asText()).isEqualTo("PRIMARY");
        assertThat(primary(two).path("status").asText()).isEqualTo("PRIMARY");
        JsonNode sets = world.call("DescribeTaskSets", "{'cluster':'default','service':'site'}")
                .path("taskSets");
        assertThat(sets.at("/0/status").asText()).isEqualTo("ACTIVE");
        assertThat(sets.at("/1/status").asText()).isEqualTo("PRIMARY");
        assertRefused(() -> primary("ecs-svc/1"), "TaskSetNotFoundException", "was not found");
    }

    @Test
    void describesThoseAskedFor() throws InterruptedException {
        String id = create("'tags':[{'key':'a','value':'b'}]").path("id").asText();
        JsonNode answer = world.call(
                "DescribeTaskSets",
                "{'cluster':'default','service':'site','taskSets':['%s','ecs-svc/7'],'include':['TAGS']}"
                        .formatted(id));
        assertThat(answer.at("/taskSets/0/tags/0/key").asText()).isEqualTo("a");
        assertThat(answer.at("/failures/0/reason").asText()).isEqualTo("MISSING");
    }

    @Test
    void aClientTokenMakesOneTaskSet() throws InterruptedException {
        JsonNode first = create("'clientToken':'token'");
        assertThat(create("'clientToken':'token'").path("id")).isEqualTo(first.path("id"));
        assertRefused(
                () -> create("'clientToken':'token','externalId':'other'"),
                "InvalidParameterException",
                "not idempotent");
    }

    @Test
    void refusesWhatDoesNotGoWithTaskSets() throws InterruptedException {
        assertRefused(
                () -> world.call("UpdateService", "{'service':'site','taskDefinition':'web'}"),
                "InvalidParameterException",
                "Unable to update task definition on services with an EXTERNAL deployment controller.");
        assertRefused(
                () -> create("'scale':{'value':101.0}"), "InvalidParameterException", "between 0 and 100 percent");
        world.call("CreateService", "{'serviceName':'plain','taskDefinition':'web','desiredCount':1}");
        assertRefused(
                () -> world.call("CreateTaskSet", "{'cluster':'default','service':'plain','taskDefinition':'web'}"),
                "InvalidParameterException",
                "only for services with an EXTERNAL deployment controller");
        assertRefused(
                () -> world.call("UpdateService", "{'service':'plain','deploymentController':{'type':'EXTERNAL'}}"),
                "InvalidParameterException",
                "cannot be changed");
        for (int i = 0; i < 10; i++) {
            create("");
        }
        assertRefused(() -> create(""), "LimitExceededException", "at most 10 task sets");
        assertRefused(
                () -> world.call("DescribeTaskSets", "{'cluster':'default','service':'none'}"),
                "ServiceNotFoundException",
                "Service not found.");
    }

    private JsonNode create(String more) throws InterruptedException {
        return world.call(
                        "CreateTaskSet",
                        "{'cluster':'default','service':'site','taskDefinition':'web'%s}"
                                .formatted(more.isEmpty() ? "" : "," + more))
                .path("taskSet");
    }

    private JsonNode delete(String id, String more) throws InterruptedException {
        return world.call(
                        "DeleteTaskSet", "{'cluster':'default','service':'site','taskSet':'%s'%s}".formatted(id, more))
                .path("taskSet");
    }

    private JsonNode primary(String reference) throws InterruptedException {
        return world.call(
                        "UpdateServicePrimaryTaskSet",
                        "{'cluster':'default','service':'site','primaryTaskSet':'%s'}".formatted(reference))
                .path("taskSet");
    }

    private static void assertRefused(ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AwsException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
