package dev.gantry.cli.command;

import dev.gantry.cli.client.Settings;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "env",
        description = "Print the variables by which aws and the SDKs find this Gantry.",
        footer = {"", "Use it like this:", "  eval \"$(gantry env)\" && aws ecs list-clusters"})
final class EnvCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    private final Console console;

    EnvCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Settings settings = client.freshSettings(console);
        PrintStream out = console.out();
        export(out, "AWS_ENDPOINT_URL", settings.endpoint().toString());
        export(out, "AWS_ACCESS_KEY_ID", settings.accessKeyId());
        export(out, "AWS_SECRET_ACCESS_KEY", settings.secretAccessKey());
        String token = settings.sessionToken();
        if (token != null) {
            export(out, "AWS_SESSION_TOKEN", token);
        }
        export(out, "AWS_REGION", settings.region());
        export(out, "AWS_DEFAULT_REGION", settings.region());
        Path ca = settings.caFile();
        if (ca != null) {
            export(out, "AWS_CA_BUNDLE", ca.toString());
        }
        export(out, "GANTRY_CLUSTER", settings.cluster());
        if (token == null) {
            // One left over from real AWS would be sent along and refused.
            out.println("unset AWS_SESSION_TOKEN AWS_PROFILE");
        }
        return Exit.DONE.code();
    }

    private static void export(PrintStream out, String name, String value) {
        boolean plain = value.matches("[A-Za-z0-9_./:@%+=,-]*");
        out.println("export " + name + "=" + (plain ? value : "'" + value.replace("'", "'\\''") + "'"));
    }
}
