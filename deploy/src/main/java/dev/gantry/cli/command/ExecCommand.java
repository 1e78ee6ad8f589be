package dev.gantry.cli.command;

import dev.gantry.cli.client.ExecSession;
import dev.gantry.cli.client.OpsClient;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sun.misc.Signal;

@Command(
        name = "exec",
        description = "Run a command in a container of a task; ends with the command's exit code.",
        footer = {"", "For a shell: gantry exec -it TASK -- sh"})
final class ExecCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Parameters(index = "0", paramLabel = "TASK")
    private String task = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "CMD",
            description = "After --, so that its options stay its own.")
    private List<String> command = List.of();

    @Option(
            names = {"-c", "--container"},
            paramLabel = "NAME",
            description = "Default: the task's only or first container.")
    private @Nullable String container;

    @Option(
            names = {"-i", "--stdin"},
            description = "Hand standard input over to the command.")
    private boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "Give the command a terminal.")
    private boolean tty;

    private final Console console;

    ExecCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Api api = client.connect(console);
        Reference found = new Directory(api).taskOrService(task);
        if (found.sort() != Sort.TASK) {
            throw new Failure(
                    Exit.INVALID,
                    "\"" + task + "\" is a service",
                    "a command runs in one task",
                    "gantry get tasks -o wide");
        }
        ExecSession session = new ExecSession(console.out(), console.err());
        session.open(api.ops(), target(api.cluster(), found.name()));
        ExecSession.End end = run(session);
        if (!end.error().isEmpty()) {
            throw new Failure(
                    Exit.ERROR, "the command did not run to its end", end.error(), "gantry why " + found.name());
        }
        return end.exitCode();
    }

    private ExecSession.End run(ExecSession session) throws InterruptedException {
        if (!tty || !console.readsFromTerminal()) {
            feed(session);
            return session.await();
        }
        try (RawTerminal _ = RawTerminal.enter()) {
            resizeUnlessOver(session);
            Signal.handle(new Signal("WINCH"), _ -> Thread.ofVirtual().start(() -> resizeUnlessOver(session)));
            feed(session);
            return session.await();
        } catch (IOException e) {
            throw new Failure(
                    Exit.ERROR, "this terminal cannot be used", String.valueOf(e.getMessage()), "run it without -t");
        }
    }

    private void feed(ExecSession session) {
        if (stdin) {
            Thread feeder = new Thread(() -> session.feed(console.in()), "stdin");
            // Reading the terminal cannot be interrupted; it must not keep the program alive.
            feeder.setDaemon(true);
            feeder.start();
        }
    }

    private static void resizeUnlessOver(ExecSession session) {
        try {
            RawTerminal.Size size = RawTerminal.size();
            session.resize(size.columns(), size.rows());
        } catch (IOException e) {
            // A short command may have ended already. A lost connection is told by how the session ends.
            return;
        }
    }

    private String target(String cluster, String id) {
        StringBuilder target = new StringBuilder("/_gantry/v1/exec/")
                .append(OpsClient.encoded(cluster))
                .append('/')
                .append(OpsClient.encoded(id))
                .append("?tty=")
                .append(tty)
                .append("&stdin=")
                .append(stdin);
        if (container != null) {
            target.append("&container=").append(OpsClient.encoded(container));
        }
        command.forEach(word -> target.append("&command=").append(OpsClient.encoded(word)));
        return target.toString();
    }
}
