package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services whose task must not run twice, as a caller makes and changes them. */
class SingletonTest {

    private static final String TAG = ",'tags':[{'key':'gantry:singleton','value':'true'}]";

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.registerWeb();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private JsonNode create(int desired, String more) throws InterruptedException {
        return world.call(
                        "CreateService",
                        "{'serviceName':'one','taskDefinition':'web','desiredCount':" + desired + TAG + more + "}")
                .path("service");
    }

    @Test
    void itEndsTheOldTaskBeforeTheNextUnlessItSaysOtherwise() throws InterruptedException {
        JsonNode service = create(1, "");
        assertThat(service.at("/deploymentConfiguration/maximumPercent").asInt())
                .isEqualTo(100);
        assertThat(service.at("/deploymentConfiguration/minimumHealthyPercent").asInt())
                .isZero();
    }

    @Test
    void whatNeedsASecondTaskIsRefused() throws InterruptedException {
        assertThatThrownBy(() -> create(2, ""))
                .hasMessage("A service with the tag gantry:singleton=true runs at most one task; desiredCount was 2.");
        assertThatThrownBy(
                        () -> create(1, ",'deploymentConfiguration':{'strategy':'BLUE_GREEN','bakeTimeInMinutes':0}"))
                .hasMessageContaining("needs the deployment strategy ROLLING");
        assertThatThrownBy(() -> create(1, ",'deploymentConfiguration':{'maximumPercent':200}"))
                .hasMessageContaining("needs maximumPercent 100");
        create(1, "");
        assertThatThrownBy(() -> world.call("UpdateService", "{'service':'one','desiredCount':2}"))
                .hasMessageContaining("at most one task");
        assertThatThrownBy(() -> world.call(
                        "UpdateService", "{'service':'one','deploymentConfiguration':{'maximumPercent':150}}"))
                .hasMessageContaining("needs maximumPercent 100");
    }

    @Test
    void theTagIsPartOfTheServiceFromItsCreation() throws InterruptedException {
        String arn = create(1, "").path("serviceArn").asText();
        assertThatThrownBy(() ->
                        world.call("UntagResource", "{'resourceArn':'" + arn + "','tagKeys':['gantry:singleton']}"))
                .hasMessageContaining("cannot be changed");
        world.call("TagResource", "{'resourceArn':'" + arn + "','tags':[{'key':'team','value':'a'}]}");
        String other = world.call("CreateService", "{'serviceName':'many','taskDefinition':'web','desiredCount':2}")
                .at("/service/serviceArn")
                .asText();
        assertThatThrownBy(() -> world.call("TagResource", "{'resourceArn':'" + other + "'" + TAG + "}"))
                .hasMessageContaining("cannot be changed");
    }

    @Test
    void theTagIsTrueOrFalse() {
        assertThatThrownBy(() -> world.call(
                        "CreateService",
                        "{'serviceName':'one','taskDefinition':'web','desiredCount':1,"
                                + "'tags':[{'key':'gantry:singleton','value':'yes'}]}"))
                .hasMessage("Tag gantry:singleton must be true or false, was 'yes'.");
    }
}
