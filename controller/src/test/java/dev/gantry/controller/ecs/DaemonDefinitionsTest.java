package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Daemon task definitions at the API. */
class DaemonDefinitionsTest {

    private static final String FIRST = EcsWorld.ARNS.daemonTaskDefinition("logs", 1);
    private static final String SECOND = EcsWorld.ARNS.daemonTaskDefinition("logs", 2);

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void theyHaveRevisionsOfTheirOwnBesideTaskDefinitionsOfTheSameFamily() throws InterruptedException {
        world.call(
                "RegisterTaskDefinition",
                "{'family':'logs','containerDefinitions':[{'name':'app','image':'busybox','memory':64}]}");
        assertThat(register("logs")).isEqualTo(FIRST);
        assertThat(register("logs")).isEqualTo(SECOND);
        JsonNode newest = describe("logs");
        assertThat(newest.path("daemonTaskDefinitionArn").asText()).isEqualTo(SECOND);
        assertThat(newest.path("status").asText()).isEqualTo("ACTIVE");
        assertThat(newest.path("registeredBy").asText()).isEqualTo(EcsWorld.ARNS.root());
        assertThat(newest.at("/containerDefinitions/0/essential").asBoolean()).isTrue();
        assertThat(newest.at("/containerDefinitions/0").has("portMappings")).isFalse();
        assertThat(world.call("ListTaskDefinitions", "{}").path("taskDefinitionArns"))
                .hasSize(1);
    }

    @Test
    void aDeletedOneIsStillDescribedAndNotTheNewest() throws InterruptedException {
        register("logs");
        register("logs");
        JsonNode deleted = world.call("DeleteDaemonTaskDefinition", "{'daemonTaskDefinition':'logs:2'}");
        assertThat(deleted.path("daemonTaskDefinitionArn").asText()).isEqualTo(SECOND);
        assertThat(describe("logs").path("revision").asInt()).isEqualTo(1);
        assertThat(describe(SECOND).path("status").asText()).isEqualTo("DELETED");
    }

    @Test
    void theyAreListedByFamilyStatusAndRevision() throws InterruptedException {
        register("logs");
        register("logs");
        register("loops");
        world.call("DeleteDaemonTaskDefinition", "{'daemonTaskDefinition':'loops:1'}");
        assertThat(list("{}")).containsExactly(FIRST, SECOND);
        assertThat(list("{'sort':'DESC'}")).containsExactly(SECOND, FIRST);
        assertThat(list("{'status':'ALL','familyPrefix':'lo','revision':'LAST_REGISTERED'}"))
                .containsExactly(SECOND, EcsWorld.ARNS.daemonTaskDefinition("loops", 1));
        assertThat(list("{'status':'DELETE_IN_PROGRESS'}")).isEmpty();
        assertThat(list("{'family':'lo'}")).isEmpty();
        JsonNode page = world.call("ListDaemonTaskDefinitions", "{'maxResults':1}");
        assertThat(list("{'maxResults':1,'nextToken':'" + page.path("nextToken").asText() + "'}"))
                .containsExactly(SECOND);
    }

    @Test
    void tagsAreReadAndChangedByArn() throws InterruptedException {
        register("logs");
        world.call("TagResource", "{'resourceArn':'" + FIRST + "','tags':[{'key':'team','value':'a'}]}");
        assertThat(world.call("ListTagsForResource", "{'resourceArn':'" + FIRST + "'}")
                        .at("/tags/0/key")
                        .asText())
                .isEqualTo("team");
    }

    private String register(String family) throws InterruptedException {
        return world.call(
                        "RegisterDaemonTaskDefinition",
                        "{'family':'" + family
                                + "','containerDefinitions':[{'name':'agent','image':'busybox','memory':64}]}")
                .path("daemonTaskDefinitionArn")
                .asText();
    }

    private JsonNode describe(String reference) throws InterruptedException {
        return world.call("DescribeDaemonTaskDefinition", "{'daemonTaskDefinition':'" + reference + "'}")
                .path("daemonTaskDefinition");
    }

    private List<String> list(String request) throws InterruptedException {
        return world.call("ListDaemonTaskDefinitions", request)
                .path("daemonTaskDefinitions")
                .findValuesAsText("arn");
    }
}
