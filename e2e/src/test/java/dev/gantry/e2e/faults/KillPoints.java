package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Fleet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** The named situations in which a controller is killed: after answers, at moments by chance, and in the middle of work. */
final class KillPoints {

    private KillPoints() {}

    static List<KillPoint> all() {
        return Stream.of(answers(), moments(), RunningWork.killPoints(), Rollouts.killPoints(), starts())
                .flatMap(List::stream)
                .toList();
    }

    private static List<KillPoint> answers() {
        return List.of(
                new KillPoint("after RegisterTaskDefinition was answered", scene -> {
                    String arn = scene.idle();
                    return () -> assertThat(definition(scene, arn)).isEqualTo("ACTIVE");
                }),
                new KillPoint("after DeregisterTaskDefinition was answered", scene -> {
                    String arn = scene.idle();
                    scene.ecs().call("DeregisterTaskDefinition", "{\"taskDefinition\":\"%s\"}", arn);
                    return () -> assertThat(definition(scene, arn)).isEqualTo("INACTIVE");
                }),
                new KillPoint("after CreateCluster was answered", scene -> {
                    scene.ecs().call("CreateCluster", "{\"clusterName\":\"%s\"}", scene.name());
                    return () -> assertThat(scene.ecs()
                                    .call("DescribeClusters", "{\"clusters\":[\"%s\"]}", scene.name())
                                    .path("clusters"))
                            .hasSize(1);
                }),
                new KillPoint("after TagResource was answered", scene -> {
                    String arn = scene.idle();
                    scene.ecs()
                            .call("TagResource", Register.tag(arn, "k").write().apply("kept"));
                    return () -> assertThat(scene.ecs()
                                    .call("ListTagsForResource", "{\"resourceArn\":\"%s\"}", arn)
                                    .path("tags")
                                    .path(0)
                                    .path("value")
                                    .asText())
                            .isEqualTo("kept");
                }),
                new KillPoint("after PutAttributes was answered", scene -> {
                    putAttribute(scene);
                    return () -> assertThat(scene.ecs()
                                    .call("ListAttributes", """
                                        {"targetType":"container-instance","attributeName":"%s"}\
                                        """, scene.name())
                                    .path("attributes"))
                            .hasSize(1);
                }),
                new KillPoint("after RunTask was answered", scene -> runAndKill(scene, 1)),
                new KillPoint("after RunTask of 5 tasks was answered", scene -> runAndKill(scene, 5)),
                new KillPoint("after CreateService was answered", scene -> {
                    scene.ecs().create(scene.name(), scene.idle(), 2, "");
                    return () -> endsWith(scene, 2);
                }),
                new KillPoint("after UpdateService scaled out and was answered", scene -> {
                    scene.stableService(1, "");
                    scene.ecs().update(scene.name(), ",\"desiredCount\":3");
                    return () -> endsWith(scene, 3);
                }),
                new KillPoint("after UpdateService scaled in and was answered", scene -> {
                    scene.stableService(3, "");
                    scene.ecs().update(scene.name(), ",\"desiredCount\":1");
                    return () -> endsWith(scene, 1);
                }),
                new KillPoint("after DeleteService was answered", scene -> {
                    scene.stableService(2, "");
                    scene.ecs().call("DeleteService", "{\"service\":\"%s\",\"force\":true}", scene.name());
                    return () -> Ecs.await(
                            "the service to be gone",
                            () -> scene.ecs()
                                            .service(scene.name())
                                            .path("status")
                                            .asText()
                                            .equals("INACTIVE")
                                    && scene.ecs().liveTasks(scene.name()).isEmpty());
                }),
                new KillPoint("after StopTask was answered", scene -> {
                    String arn = scene.ecs().run(scene.idle(), 1, "").getFirst();
                    scene.ecs().awaitStatus(arn, "RUNNING");
                    scene.ecs().stop(arn);
                    return () -> {
                        scene.ecs().awaitStatus(arn, "STOPPED");
                        assertThat(scene.ecs().task(arn).path("stoppedReason").asText())
                                .isEqualTo("enough");
                    };
                }));
    }

    private static List<KillPoint> moments() {
        return List.of(
                new KillPoint("at a random moment of RegisterTaskDefinition", scene -> {
                    FutureTask<Optional<JsonNode>> sent = scene.send(
                            "RegisterTaskDefinition",
                            "{\"family\":\"" + scene.name() + "\",\"containerDefinitions\":[" + Ecs.IDLE + "]}");
                    scene.moment(20_000);
                    return () -> Scene.outcome(sent)
                            .ifPresent(answer -> assertThat(definition(
                                            scene,
                                            answer.path("taskDefinition")
                                                    .path("taskDefinitionArn")
                                                    .asText()))
                                    .isEqualTo("ACTIVE"));
                }),
                new KillPoint("at a random moment of RunTask", scene -> {
                    String input = """
                        {"taskDefinition":"%s","count":3,"clientToken":"%s"}\
                        """.formatted(scene.idle(), scene.name());
                    FutureTask<Optional<JsonNode>> sent = scene.send("RunTask", input);
                    scene.moment(40_000);
                    return () -> {
                        // Whoever was not answered asks again with the same token; both ways it is 3 tasks.
                        JsonNode again = scene.ecs().call("RunTask", input);
                        Scene.outcome(sent)
                                .ifPresent(first -> assertThat(taskArns(again)).isEqualTo(taskArns(first)));
                        Ecs.await("3 tasks", () -> running(scene) == 3 && live(scene) == 3);
                    };
                }),
                new KillPoint("at a random moment of CreateService", scene -> {
                    String input = """
                        {"serviceName":"%s","taskDefinition":"%s","desiredCount":2,"clientToken":"%s"}\
                        """.formatted(scene.name(), scene.idle(), scene.name());
                    FutureTask<Optional<JsonNode>> sent = scene.send("CreateService", input);
                    scene.moment(40_000);
                    return () -> {
                        scene.ecs().call("CreateService", input);
                        Scene.outcome(sent);
                        endsWith(scene, 2);
                    };
                }),
                new KillPoint("at a random moment of StopTask", scene -> {
                    String arn = scene.ecs().run(scene.idle(), 1, "").getFirst();
                    scene.ecs().awaitStatus(arn, "RUNNING");
                    FutureTask<Optional<JsonNode>> sent =
                            scene.send("StopTask", "{\"task\":\"" + arn + "\",\"reason\":\"enough\"}");
                    scene.moment(20_000);
                    return () -> {
                        if (Scene.outcome(sent).isEmpty()) {
                            scene.ecs().stop(arn);
                        }
                        scene.ecs().awaitStatus(arn, "STOPPED");
                    };
                }));
    }

    private static List<KillPoint> starts() {
        return List.of(
                new KillPoint("a random moment after the last kill, while it starts", scene -> {
                    scene.ecs().create(scene.name(), scene.idle(), 2, "");
                    scene.controller().kill();
                    scene.controller().restart();
                    scene.moment(3_000_000);
                    return () -> endsWith(scene, 2);
                }),
                new KillPoint("as soon as it leads", scene -> {
                    scene.ecs().create(scene.name(), scene.idle(), 2, "");
                    int before = scene.logLength();
                    scene.controller().kill();
                    scene.controller().restart();
                    Ecs.await("the lead", () -> scene.hasLogged("this controller leads", before));
                    return () -> endsWith(scene, 2);
                }));
    }

    static void endsWith(Scene scene, int count) {
        scene.ecs().awaitRunning(scene.name(), count);
    }

    static void putAttribute(Scene scene) {
        String node =
                scene.ecs().nodes().getFirst().path("containerInstanceArn").asText();
        scene.ecs()
                .call(
                        "PutAttributes",
                        Register.attribute(node, scene.name()).write().apply("yes"));
    }

    private static KillPoint.Check runAndKill(Scene scene, int count) {
        List<String> arns = scene.ecs().run(scene.idle(), count, "");
        return () -> {
            arns.forEach(arn -> scene.ecs().awaitStatus(arn, "RUNNING"));
            assertThat(scene.containers().of(arns).starts()).hasSize(count);
        };
    }

    private static String definition(Scene scene, String arn) {
        return scene.ecs()
                .call("DescribeTaskDefinition", "{\"taskDefinition\":\"%s\"}", arn)
                .path("taskDefinition")
                .path("status")
                .asText();
    }

    private static List<String> taskArns(JsonNode answer) {
        return Fleet.stream(answer.path("tasks"))
                .map(task -> task.path("taskArn").asText())
                .sorted()
                .toList();
    }

    private static long running(Scene scene) {
        return scene.ecs().tasks("\"family\":\"" + scene.name() + "\"").stream()
                .filter(Ecs::isRunning)
                .count();
    }

    private static long live(Scene scene) {
        return scene.ecs().tasks("\"family\":\"" + scene.name() + "\"").size();
    }
}
