package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.controller.aws.AwsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bad input of {@code /ecs/refusals.txt} gets exactly the error that the table names. */
class RefusalsTest {

    private EcsWorld world;

    record Case(String operation, String input, String code, String message) {
        @Override
        public String toString() {
            return operation + ": " + message;
        }
    }

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.registerWeb();
        world.call(
                "RegisterTaskDefinition",
                "{'family':'vpc','networkMode':'awsvpc','containerDefinitions':[{'name':'app','image':'busybox','memory':64}]}");
        world.call(
                "RegisterTaskDefinition",
                "{'family':'old','containerDefinitions':[{'name':'app','image':'busybox','memory':64}]}");
        world.call("DeregisterTaskDefinition", "{'taskDefinition':'old:1'}");
        world.call(
                "RegisterTaskDefinition",
                "{'family':'cloud','containerDefinitions':[{'name':'app','image':'busybox','memory':64,"
                    + "'logConfiguration':{'logDriver':'awslogs','options':{'awslogs-group':'g','awslogs-region':'r'}}}]}");
        world.call(
                "RegisterDaemonTaskDefinition",
                "{'family':'agent','containerDefinitions':[{'name':'app','image':'busybox','memory':64}]}");
        world.call("CreateCluster", "{'clusterName':'watched','capacityProviders':['FARGATE']}");
        world.call("CreateCluster", "{'clusterName':'empty'}");
        world.call("CreateCluster", "{'clusterName':'gone'}");
        world.call("DeleteCluster", "{'cluster':'gone'}");
        world.call("CreateService", "{'serviceName':'site','taskDefinition':'web','desiredCount':2}");
        world.call("CreateService", "{'serviceName':'leaving','taskDefinition':'web','desiredCount':0}");
        world.call("DeleteService", "{'service':'leaving'}");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void badInputIsRefusedWithItsOwnWords(Case bad) {
        AwsException refused = catchThrowableOfType(AwsException.class, () -> world.call(bad.operation(), bad.input()));
        assertThat(refused).as("%s %s", bad.operation(), bad.input()).isNotNull();
        assertThat(refused.code() + ": " + refused.getMessage()).isEqualTo(bad.code() + ": " + bad.message());
    }

    @Test
    void theTableHasAtLeastAHundredCases() throws IOException {
        assertThat(cases()).hasSizeGreaterThanOrEqualTo(100);
    }

    static Stream<Case> cases() throws IOException {
        try (InputStream in = Objects.requireNonNull(RefusalsTest.class.getResourceAsStream("/ecs/refusals.txt"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<Case> cases = new ArrayList<>();
            for (String block : text.split("\n\n")) {
                List<String> lines =
                        block.lines().filter(line -> !line.startsWith("#")).toList();
                if (!lines.isEmpty()) {
                    String[] call = lines.get(0).split(" ", 2);
                    String[] error = lines.get(1).split(": ", 2);
                    cases.add(new Case(call[0], call[1], error[0], error[1]));
                }
            }
            return cases.stream();
        }
    }
}
