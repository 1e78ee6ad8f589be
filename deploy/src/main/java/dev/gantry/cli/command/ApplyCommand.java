package dev.gantry.cli.command;

import dev.gantry.cli.apply.Action;
import dev.gantry.cli.apply.Applier;
import dev.gantry.cli.apply.Document;
import dev.gantry.cli.apply.Kind;
import dev.gantry.cli.apply.ObjectId;
import dev.gantry.cli.apply.Planner;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "apply",
        description = "Make what exists be as documents declare it; doing it again changes nothing.",
        footer = {
            "",
            "Documents are YAML or JSON of apiVersion ecs.services.k8s.aws/v1alpha1 and kind Cluster, TaskDefinition",
            "or Service; spec holds the fields of the ECS API. Their order does not matter."
        })
final class ApplyCommand extends ClientCommand {

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE|DIR|-",
            description = "Documents; may be repeated.")
    private List<String> files = List.of();

    @Option(names = "--apply-set", paramLabel = "NAME", description = "Mark the objects as belonging to this set.")
    private String applySet = "";

    @Option(names = "--prune", description = "Delete what belongs to the set and is in no document.")
    private boolean prune;

    @Option(names = "--wait", description = "Wait until the services are steady.")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "5m", description = "For --wait; default 5m.")
    private String timeout = "5m";

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    ApplyCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        if (prune && applySet.isEmpty()) {
            throw new Failure(
                    Exit.INVALID,
                    "--prune needs --apply-set NAME",
                    "without a set nobody can tell what to delete",
                    "gantry apply -f DIR --prune --apply-set my-app");
        }
        List<Document> documents = Files.documents(files, api.cluster(), console());
        Applier applier = new Applier(api.ecs());
        List<Action> actions = Planner.plan(documents, applier.read(documents, prune), applySet, prune);
        for (Action action : actions) {
            if (!dryRun) {
                applier.perform(action);
            }
            print(action.id() + " " + action.verb() + (dryRun ? " (dry run)" : ""));
            console().out().flush();
        }
        List<ObjectId> services = documents.stream()
                .map(Document::id)
                .filter(id -> id.kind() == Kind.SERVICE)
                .toList();
        if (services.isEmpty() || dryRun) {
            return Exit.DONE;
        }
        if (wait) {
            return new Waiting(api, console()).until(services, Durations.parse(timeout));
        }
        if (actions.stream().anyMatch(action -> !(action instanceof Action.Keep))) {
            console().note("watch it: gantry get services -w, or next time --wait");
        }
        return Exit.DONE;
    }
}
