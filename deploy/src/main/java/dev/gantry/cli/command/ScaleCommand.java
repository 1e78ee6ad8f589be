package dev.gantry.cli.command;

import dev.gantry.cli.apply.ObjectId;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "scale", description = "Change how many tasks of a service run.")
final class ScaleCommand extends ClientCommand {

    @Parameters(paramLabel = "SERVICE", index = "0")
    private String service = "";

    @Parameters(paramLabel = "N", index = "1")
    private int count;

    @Option(names = "--wait", description = "Wait until the service is steady.")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "5m", description = "For --wait; default 5m.")
    private String timeout = "5m";

    ScaleCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        String name = Reference.parse(service).name();
        new Directory(api).one(Reference.Sort.SERVICE, name);
        api.ecs()
                .call(
                        "UpdateService",
                        EcsClient.input()
                                .put("cluster", api.cluster())
                                .put("service", name)
                                .put("desiredCount", count));
        print("service/" + name + " scaled");
        return wait
                ? new Waiting(api, console())
                        .until(List.of(ObjectId.service(api.cluster(), name)), Durations.parse(timeout))
                : Exit.DONE;
    }
}
