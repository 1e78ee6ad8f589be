package dev.gantry.cli.command;

import dev.gantry.cli.apply.Action;
import dev.gantry.cli.apply.Applier;
import dev.gantry.cli.apply.Document;
import dev.gantry.cli.apply.Documents;
import dev.gantry.cli.apply.Kind;
import dev.gantry.cli.apply.ObjectId;
import dev.gantry.cli.apply.Planner;
import dev.gantry.cli.kube.KubeApplier;
import dev.gantry.cli.kube.Step;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "apply",
        description = "Make what exists be as documents declare it; doing it again changes nothing.",
        footer = {
            "",
            "Documents are YAML or JSON of apiVersion ecs.services.k8s.aws/v1alpha1 and kind Cluster, TaskDefinition",
            "or Service, where spec holds the fields of the ECS API, and those that kubectl takes, which are applied"
                    + " by",
            "the server. One folder may hold both. Their order does not matter."
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

    @Option(names = "--wait", description = "Wait until services and workloads are steady.")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "DURATION", defaultValue = "5m", description = "For --wait; default 5m.")
    private String timeout = "5m";

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    @Option(
            names = "--force-conflicts",
            description = "Take fields of Kubernetes' objects from whoever else manages them.")
    private boolean force;

    @Mixin
    private final KubeOptions kube = new KubeOptions();

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
        Documents documents = Files.documents(files, api.cluster(), console());
        Applier applier = new Applier(api.ecs());
        List<Action> actions = Planner.plan(documents.ecs(), applier.read(documents.ecs(), prune), applySet, prune);
        Optional<KubeApplier> kubernetes = kube.applier(documents, applySet, prune, force, client(), console());
        List<Step> steps = kubernetes.isPresent() ? kubernetes.get().plan(documents.kubernetes()) : List.of();
        for (Action action : actions) {
            if (!dryRun) {
                applier.perform(action);
            }
            say(action.id() + " " + action.verb());
        }
        for (Step step : steps) {
            say(step.label() + " "
                    + (dryRun ? planned(step) : kubernetes.orElseThrow().perform(step)));
        }
        return dryRun ? Exit.DONE : follow(api, documents, actions, kubernetes);
    }

    private void say(String line) {
        print(line + (dryRun ? " (dry run)" : ""));
        console().out().flush();
    }

    private static String planned(Step step) {
        return switch (step) {
            case Step.Apply apply -> apply.verb();
            case Step.Delete _ -> "deleted";
        };
    }

    private Exit follow(Api api, Documents documents, List<Action> actions, Optional<KubeApplier> kubernetes)
            throws InterruptedException {
        List<ObjectId> services = documents.ecs().stream()
                .map(Document::id)
                .filter(id -> id.kind() == Kind.SERVICE)
                .toList();
        if (wait) {
            Duration time = Durations.parse(timeout);
            Instant end = console().clock().instant().plus(time);
            Exit exit = services.isEmpty() ? Exit.DONE : new Waiting(api, console()).until(services, time);
            return exit == Exit.DONE && kubernetes.isPresent()
                    ? new KubeWaiting(kubernetes.get(), console()).until(documents.kubernetes(), end)
                    : exit;
        }
        if (!services.isEmpty() && actions.stream().anyMatch(action -> !(action instanceof Action.Keep))) {
            console().note("watch it: gantry get services -w, or next time --wait");
        }
        return Exit.DONE;
    }
}
