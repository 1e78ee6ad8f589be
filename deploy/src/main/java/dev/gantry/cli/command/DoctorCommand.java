package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.demo.Engine;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "doctor", description = "Check this machine and the API, and say how to fix what is wrong.")
final class DoctorCommand implements Callable<Integer> {

    private static final long DISK_BYTES_MIN = 2L << 30;
    private static final Duration SKEW_MAX = Duration.ofSeconds(60);

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Option(names = "--docker", paramLabel = "URL", description = "Engine to check.")
    private @Nullable String docker;

    private final Console console;

    DoctorCommand(Console console) {
        this.console = console;
    }

    private enum Verdict {
        ok,
        warning,
        failed
    }

    private record Check(Verdict verdict, String what, String fix) {}

    @Override
    public Integer call() throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        checks.add(java());
        checks.addAll(engine());
        checks.add(disk("data", client.dataDirectory(console)));
        checks.addAll(api());
        for (Check check : checks) {
            console.out().println(String.format("%-8s %s", check.verdict(), check.what()));
            if (check.verdict() != Verdict.ok) {
                console.out().println("         fix: " + check.fix());
            }
        }
        boolean failed = checks.stream().anyMatch(check -> check.verdict() == Verdict.failed);
        return (failed ? Exit.ERROR : Exit.DONE).code();
    }

    private static Check java() {
        int feature = Runtime.version().feature();
        return new Check(
                feature == 25 ? Verdict.ok : Verdict.warning,
                "java: " + Runtime.version(),
                "Gantry is made for JDK 25: install one and set JAVA_HOME");
    }

    private List<Check> engine() throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        try {
            Engine engine = Engine.of(docker, console.environment());
            Engine.Answer answer = engine.ask("GET", "/info", new byte[0], Duration.ofSeconds(10));
            JsonNode info = new ObjectMapper().readTree(answer.body());
            checks.add(new Check(
                    Verdict.ok,
                    "docker: engine " + info.path("ServerVersion").asText() + ", cgroups v"
                            + info.path("CgroupVersion").asText("1"),
                    ""));
            boolean liveRestore = info.path("LiveRestoreEnabled").asBoolean();
            checks.add(new Check(
                    liveRestore ? Verdict.ok : Verdict.warning,
                    "docker: live-restore is " + (liveRestore ? "on" : "off: containers stop when dockerd restarts"),
                    "put {\"live-restore\": true} in /etc/docker/daemon.json and reload: kill -HUP $(pidof dockerd)"));
            checks.add(disk("docker", Path.of(info.path("DockerRootDir").asText("/var/lib/docker"))));
        } catch (Failure e) {
            checks.add(new Check(
                    Verdict.failed, "docker: " + e.getMessage(), "gantry up installs and starts one when run as root"));
        } catch (IOException e) {
            checks.add(new Check(Verdict.failed, "docker: its answer is not JSON", "check what listens at the socket"));
        }
        return checks;
    }

    private static Check disk(String name, Path folder) {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            return new Check(
                    free >= DISK_BYTES_MIN ? Verdict.ok : Verdict.warning,
                    "disk: " + (free >> 20) + " MiB free for " + name + " in " + folder,
                    "free some: docker system prune, or move the folder");
        } catch (IOException e) {
            return new Check(
                    Verdict.warning, "disk: cannot look at " + there + ": " + e.getMessage(), "check its mode");
        }
    }

    private List<Check> api() throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        try {
            Api api = client.connect(console);
            Optional<Instant> time = api.ops().serverTime();
            checks.add(new Check(Verdict.ok, "api: answers at " + api.settings().endpoint(), ""));
            if (time.isPresent()) {
                Duration skew =
                        Duration.between(time.get(), console.clock().instant()).abs();
                checks.add(new Check(
                        skew.compareTo(SKEW_MAX) <= 0 ? Verdict.ok : Verdict.failed,
                        "clock: " + skew.toSeconds() + " s from the server's",
                        "signatures are good for 5 minutes: set the clock, for example timedatectl set-ntp true"));
            }
            api.ecs().list("ListClusters", dev.gantry.cli.client.EcsClient.input(), "clusterArns");
            checks.add(new Check(Verdict.ok, "key: " + api.settings().accessKeyId() + " is accepted", ""));
        } catch (ApiException e) {
            checks.add(new Check(
                    Verdict.failed, "api: " + e.code() + ": " + e.text(), "eval \"$(gantry env)\" and try again"));
        } catch (Failure e) {
            checks.add(new Check(Verdict.failed, "api: " + e.getMessage(), "start it with gantry up"));
        }
        return checks;
    }
}
