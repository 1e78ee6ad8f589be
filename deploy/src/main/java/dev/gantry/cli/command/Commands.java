package dev.gantry.cli.command;

import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.terminal.Console;
import java.util.function.BiFunction;

/** The commands by the words that call them, in the order in which help shows them. */
enum Commands {
    UP("up", UpCommand::new),
    SERVER("server", ServerCommand::new),
    AGENT("agent", AgentCommand::new),
    TOKEN("token", (console, _) -> new TokenCommand(console)),
    ENV("env", (console, _) -> new EnvCommand(console)),
    KUBECONFIG("kubeconfig", (console, _) -> new KubeConfigCommand(console)),
    APPLY("apply", (console, _) -> new ApplyCommand(console)),
    DIFF("diff", (console, _) -> new DiffCommand(console)),
    GET("get", (console, _) -> new GetCommand(console)),
    DESCRIBE("describe", (console, _) -> new DescribeCommand(console)),
    LOGS("logs", (console, _) -> new LogsCommand(console)),
    EVENTS("events", (console, _) -> new EventsCommand(console)),
    EXEC("exec", (console, _) -> new ExecCommand(console)),
    WHY("why", (console, _) -> new WhyCommand(console)),
    SCALE("scale", (console, _) -> new ScaleCommand(console)),
    DELETE("delete", (console, _) -> new DeleteCommand(console)),
    DRAIN("drain", (console, _) -> new DrainCommand(console)),
    UNDRAIN("undrain", (console, _) -> new UndrainCommand(console)),
    STATUS("status", (console, _) -> new StatusCommand(console)),
    DOCTOR("doctor", (console, _) -> new DoctorCommand(console)),
    RESET("reset", (console, _) -> new ResetCommand(console)),
    WARM_UP("warm-up", WarmUpCommand::new);

    final String word;
    final BiFunction<Console, Servers, Object> make;

    Commands(String word, BiFunction<Console, Servers, Object> make) {
        this.word = word;
        this.make = make;
    }
}
