package dev.gantry.e2e.cli;

import static dev.gantry.e2e.cli.OneMachine.definition;
import static dev.gantry.e2e.cli.OneMachine.service;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Gantry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every client command against one machine with a real engine. */
@Tag("e2e")
class ClientCommandsTest {

    private static OneMachine machine;

    @BeforeAll
    static void start() {
        machine = OneMachine.start();
    }

    @AfterAll
    static void stop() {
        machine.close();
    }

    @Test
    void createsThenKeepsThenConfiguresAndSaysEachChangeWhileItWaits() {
        String file = machine.file("app.yaml", definition("app", "1"), service("app", 2))
                .toString();
        Command.Result plan = machine.gantry("diff", "-f", file).run();
        assertThat(plan.exit()).isEqualTo(2);
        assertThat(plan.out()).contains("+ taskdefinition/app", "+ service/app", "would place 2 on ");

        Command.Result first = machine.gantry("apply", "-f", file, "--wait").run();
        assertThat(first.must()).isEqualTo("taskdefinition/app created\nservice/app created\n");
        assertThat(first.err().lines())
                .allMatch(line -> line.startsWith("service/app app:1 desired 2 "))
                .doesNotHaveDuplicates();
        assertThat(first.err().strip()).endsWith("running 2 pending 0 failed 0 steady");
        assertThat(machine.gantry("apply", "-f", file).run().must())
                .isEqualTo("taskdefinition/app unchanged\nservice/app unchanged\n");
        assertThat(machine.gantry("diff", "-f", file).run().must()).isEmpty();

        machine.file("app.yaml", definition("app", "2"), service("app", 1));
        Command.Result difference = machine.gantry("diff", "-f", file).run();
        assertThat(difference.exit()).isEqualTo(2);
        assertThat(difference.out()).contains("~ taskdefinition/app", "environment", "~ service/app", "desiredCount");
        assertThat(machine.gantry("apply", "-f", file, "--dry-run").run().must())
                .isEqualTo("taskdefinition/app configured (dry run)\nservice/app configured (dry run)\n");
        Command.Result second = machine.gantry("apply", "-f", file, "--wait").run();
        assertThat(second.must()).isEqualTo("taskdefinition/app configured\nservice/app configured\n");
        assertThat(second.err().strip()).endsWith("app:2 desired 1 running 1 pending 0 failed 0 steady");
        String task = machine.taskOf("app");
        assertThat(machine.gantry("exec", task, "--", "sh", "-c", "echo $V")
                        .run()
                        .must())
                .isEqualTo("2\n");
    }

    @Test
    void readsDocumentsFromAFolderAndFromStandardInputAndDeletesThem() {
        Path folder = machine.file("folder/1.yaml", definition("folder", "1")).resolveSibling("");
        machine.file("folder/2.yaml", service("folder", 0));
        machine.gantry("apply", "-f", folder.toString()).run().must();
        assertThat(machine.gantry("apply", "-f", "-")
                        .reading(service("folder", 0).getBytes(UTF_8))
                        .run()
                        .must())
                .isEqualTo("service/folder unchanged\n");
        assertThat(machine.gantry("delete", "-f", folder.toString()).run().must())
                .isEqualTo("service/folder deleted\ntaskdefinition/folder deleted\n");
        assertThat(machine.gantry("get", "td/folder").run().exit()).isEqualTo(4);
    }

    @Test
    void refusesAnUnknownFieldWithItsPlace() {
        Path file = machine.file("bad.yaml", definition("bad", "1").replace("memory:", "memori:"));
        Command.Result result = machine.gantry("apply", "-f", file.toString()).run();
        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains(file + ":8:7: unknown field \"memori\"")
                .contains("did you mean \"memory\"?");
    }

    @Test
    void prunesWhatLeftTheApplySet() {
        String file = machine.file("set.yaml", definition("kept", "1"), definition("left", "1"), service("left", 0))
                .toString();
        machine.gantry("apply", "-f", file, "--apply-set", "e2e").run().must();
        machine.file("set.yaml", definition("kept", "1"));
        assertThat(machine.gantry("apply", "-f", file, "--prune").run().exit()).isEqualTo(3);
        Command.Result plan = machine.gantry("diff", "-f", file, "--prune", "--apply-set", "e2e")
                .run();
        assertThat(plan.exit()).isEqualTo(2);
        assertThat(plan.out()).isEqualTo("- service/left\n- taskdefinition/left\n");
        assertThat(machine.gantry("apply", "-f", file, "--prune", "--apply-set", "e2e")
                        .run()
                        .must())
                .contains("taskdefinition/kept unchanged", "service/left deleted", "taskdefinition/left deleted");
    }

    @Test
    void endsWithFiveAndTheNumbersOfEveryNodeWhenNothingFits() {
        String big = definition("big", "1").replace("memory: 16", "memory: 900000");
        Path file = machine.file("big.yaml", big, service("big", 1));
        assertThat(machine.gantry("diff", "-f", file.toString()).run().out())
                .contains("would leave 1 pending", "900000");
        Command.Result result = machine.gantry("apply", "-f", file.toString(), "--wait", "--timeout", "2s")
                .run();
        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).contains("error: not steady after 2 s").contains("900000");
        assertThat(machine.gantry("why", "big").run().must())
                .contains("wait for a node")
                .containsPattern("node \\S+: .*900000");
        machine.gantry("delete", "service/big", "--force").run().must();
    }

    @Test
    void listsEveryKindInEveryFormat() {
        machine.apply("list", definition("list", "1"), service("list", 1));
        for (String kind : new String[] {"clusters", "svc", "tasks", "td", "nodes"}) {
            assertThat(machine.gantry("get", kind).run().must()).startsWith("NAME ");
            assertThat(machine.gantry("get", kind, "-o", "name").run().must().lines())
                    .allMatch(name -> name.matches("[a-z]+/\\S+"));
        }
        assertThat(machine.gantry("get", "tasks", "-o", "wide").run().must()).contains("REASON");
        assertThat(machine.gantry("get", "nodes", "-o", "json").run().must()).startsWith("[");
        assertThat(machine.gantry("get", "svc", "-o", "yaml").run().must()).startsWith("- ");
        assertThat(machine.gantry("describe", "service/list").run().must()).contains("serviceName: list");
        assertThat(machine.gantry("get", "service/list", "-o", "json").run().must())
                .contains("\"desiredCount\" : 1");
    }

    @Test
    void watchesChangesAsTheyHappen() {
        machine.apply("watched", definition("watched", "1"), service("watched", 1));
        try (Gantry watch = machine.inBackground("watch", "get service/watched -w")) {
            watch.awaitLine("watched   1         1");
            machine.gantry("scale", "watched", "2", "--wait").run().must();
            watch.awaitLine("watched   2         2");
            assertThat(watch.output().split("NAME", -1)).as("headings").hasSize(2);
        }
    }

    @Test
    void printsAndFollowsLogsUntilTheTaskEnds() {
        machine.apply("logs", definition("logs", "1"), service("logs", 1));
        String task = machine.taskOf("logs");
        Command.Result logs = machine.gantry("logs", task).run();
        assertThat(logs.must()).isEqualTo("first\nsecond\n");
        assertThat(logs.err()).isEqualTo("oops\n");
        // Which of the two streams was last is up to the engine.
        Command.Result tail = machine.gantry("logs", "logs", "--tail", "1").run();
        assertThat(tail.must() + tail.err()).hasLineCount(1);
        assertThat(machine.gantry("logs", task, "--since", "1h").run().must()).isEqualTo("first\nsecond\n");
        assertThat(machine.gantry("logs", task, "--timestamps").run().must()).containsPattern("(?m)^20\\S+Z first$");
        try (Gantry follow = machine.inBackground("follow", "logs -f " + task)) {
            follow.awaitLine("second");
            machine.gantry("delete", "service/logs", "--force").run().must();
            Awaitility.await("end of the log").atMost(Duration.ofSeconds(20)).until(follow::died);
        }
        Command.Result gone = machine.gantry("logs", "nothing").run();
        assertThat(gone.exit()).isEqualTo(4);
    }

    @Test
    void runsCommandsWithInputOutputErrorAndExitCode() {
        machine.apply("exec", definition("exec", "1"), service("exec", 1));
        String task = machine.taskOf("exec");
        Command.Result both = machine.gantry("exec", task, "--", "sh", "-c", "echo out; echo err >&2; exit 7")
                .run();
        assertThat(both.exit()).isEqualTo(7);
        assertThat(both.out()).isEqualTo("out\n");
        assertThat(both.err()).isEqualTo("err\n");
        assertThat(machine.gantry("exec", "-i", task, "--", "cat")
                        .reading("hi\n".getBytes(UTF_8))
                        .run()
                        .must())
                .isEqualTo("hi\n");
        String large = "0123456789abcdef\n".repeat(200_000);
        assertThat(machine.gantry("exec", "-i", task, "--", "cat")
                        .reading(large.getBytes(UTF_8))
                        .run()
                        .must())
                .isEqualTo(large);
        Command.Result container =
                machine.gantry("exec", "-c", "nope", task, "--", "ls").run();
        assertThat(container.exit()).isEqualTo(4);
        assertThat(container.err()).contains("has no container nope").doesNotContain("\tat ");
        assertThat(machine.gantry("exec", "exec", "--", "ls").run().exit()).isEqualTo(3);
    }

    @Test
    void givesACommandTheTerminalAndItsChangesOfSize() throws Exception {
        machine.apply("tty", definition("tty", "1"), service("tty", 1));
        String task = machine.taskOf("tty");
        Path name = machine.home().resolve("tty-name");
        Path inside = machine.script("inside.sh", """
            stty rows 33 cols 99
            tty > %s
            code=0
            gantry exec -it %s -- sh -c \
              'while test ! -e /tmp/end; do busybox stty size; sleep 0.2; done; test -t 0 && exit 9' || code=$?
            echo "ended with $code"
            """.formatted(name, task));
        // The terminal's keyboard stays silent, but open.
        Path outside =
                machine.script("outside.sh", "exec script -qfc %s /dev/null < <(exec sleep 30)\n".formatted(inside));
        try (Gantry session = machine.inBackground("tty", outside)) {
            session.awaitLine("33 99");
            Command.of("stty", "-F", Files.readString(name).strip(), "rows", "41", "cols", "121")
                    .run()
                    .must();
            session.awaitLine("41 121");
            machine.gantry("exec", task, "--", "touch", "/tmp/end").run().must();
            session.awaitLine("ended with 9");
        }
    }

    @Test
    void saysWhyForRunningAndStoppedTasks() {
        machine.apply("runs", definition("runs", "1"), service("runs", 1));
        assertThat(machine.gantry("why", machine.taskOf("runs")).run().must()).contains(": is running");
        assertThat(machine.gantry("why", "runs").run().must()).contains("service/runs: wants 1 tasks, 1 are running");

        String failing =
                definition("fails", "1").replaceAll("command: .*", "command: [sh, -c, \"echo my last words; exit 3\"]");
        machine.gantry(
                        "apply",
                        "-f",
                        machine.file("fails.yaml", failing, service("fails", 1)).toString())
                .run()
                .must();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(machine.gantry("why", "fails").run().must())
                                .contains("stop code: EssentialContainerExited", "exit code 3", "| my last words"));
        machine.gantry("delete", "service/fails", "--force").run().must();
    }

    @Test
    void drainsAndUndrainsANode() {
        String node = machine.gantry("get", "nodes", "-o", "name").run().must().strip();
        assertThat(machine.gantry("drain", node).run().must()).isEqualTo(node + " drained\n");
        assertThat(machine.gantry("get", "nodes").run().must()).contains("DRAINING");
        assertThat(machine.gantry("undrain", node).run().must()).isEqualTo(node + " undrained\n");
        assertThat(machine.gantry("get", "nodes").run().must()).contains("ACTIVE");
        assertThat(machine.gantry("drain", "nowhere").run().exit()).isEqualTo(4);
    }

    @Test
    void scalesDeletesAndRefusesToDeleteWhatRuns() {
        machine.apply("scaled", definition("scaled", "1"), service("scaled", 1));
        Command.Result scaled = machine.gantry("scale", "scaled", "3", "--wait").run();
        assertThat(scaled.must()).isEqualTo("service/scaled scaled\n");
        assertThat(scaled.err().strip()).endsWith("desired 3 running 3 pending 0 failed 0 steady");
        assertThat(machine.gantry("delete", "service/scaled").run().exit()).isNotZero();
        assertThat(machine.gantry("delete", "service/scaled", "--force").run().must())
                .isEqualTo("service/scaled deleted\n");
    }

    @Test
    void printsATokenAndVariablesThatEveryShellAndClientReads() {
        assertThat(machine.gantry("token").run().must()).matches("gantry agent --join GANTRY1-\\S+@127.0.0.1:21567\n");
        for (String shell : new String[] {"bash", "sh"}) {
            assertThat(machine.shell(shell, "eval \"$(gantry env)\" && aws ecs list-clusters --output text")
                            .run()
                            .must())
                    .contains("cluster/default");
        }
        assertThat(machine.shell("sh", "eval \"$(gantry env)\" && GANTRY_DATA_DIR=/nowhere gantry get clusters")
                        .run()
                        .must())
                .contains("default");
    }

    @Test
    void tellsItsStatusAndItsHealth() {
        assertThat(machine.gantry("status").run().must()).contains("this one, http://127.0.0.1:21566", "connected");
        assertThat(machine.gantry("status", "-o", "json").run().must()).contains("\"leaderApiUrl\"");
        Command.Result doctor =
                machine.gantry("doctor", "--docker", machine.engine().address()).run();
        assertThat(doctor.must()).contains("ok       docker: engine", "ok       api: answers", "is accepted");
    }

    @Test
    void saysWhatFailedWhyAndWhatToDoInThreeLines() {
        machine.apply("near", definition("near", "1"), service("near", 0));
        Command.Result missing = machine.gantry("scale", "naer", "1").run();
        assertThat(missing.exit()).isEqualTo(4);
        assertThat(missing.err()).contains("did you mean \"near\"?");
        Command.Result away = machine.gantry("get", "tasks", "--endpoint", "http://127.0.0.1:9")
                .run();
        assertThat(away.exit()).isEqualTo(1);
        assertThat(away.err()).startsWith("error: cannot reach the API").hasLineCount(3);
        Command.Result key = machine.gantry("get", "tasks")
                .with(java.util.Map.of(
                        "AWS_ENDPOINT_URL", "http://127.0.0.1:21566",
                        "AWS_ACCESS_KEY_ID", "AKIAWRONG",
                        "AWS_SECRET_ACCESS_KEY", "wrong"))
                .run();
        assertThat(key.exit()).isEqualTo(7);
        assertThat(key.err()).hasLineCount(3);
    }

    @Test
    void emptiesEverythingWhenAllowed() {
        machine.apply("reset", definition("reset", "1"), service("reset", 1));
        assertThat(machine.gantry("reset").run().exit()).isEqualTo(3);
        assertThat(machine.gantry("reset", "--yes").run().must()).isEqualTo("everything deleted\n");
        assertThat(machine.gantry("get", "services").run().must()).isEmpty();
        Awaitility.await("containers to go")
                .atMost(Duration.ofSeconds(20))
                .until(() -> machine.engine()
                        .containers("com.amazonaws.ecs.task-definition-family=reset", false)
                        .isEmpty());
    }
}
