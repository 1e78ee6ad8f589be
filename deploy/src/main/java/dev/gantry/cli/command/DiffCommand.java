package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.apply.Action;
import dev.gantry.cli.apply.Applier;
import dev.gantry.cli.apply.Document;
import dev.gantry.cli.apply.Documents;
import dev.gantry.cli.apply.Kind;
import dev.gantry.cli.apply.NewTasks;
import dev.gantry.cli.apply.Planner;
import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.kube.KubeApplier;
import dev.gantry.cli.kube.Step;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.view.Placements;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "diff",
        description = "Show what apply would change, and on which nodes new tasks would go.",
        footer = {"", "Exit code 0: nothing differs; 2: something does."})
final class DiffCommand extends ClientCommand {

    private static final int COUNT_MAX = 100;

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE|DIR|-",
            description = "Documents; may be repeated.")
    private List<String> files = List.of();

    @Option(names = "--apply-set", paramLabel = "NAME", description = "As for apply.")
    private String applySet = "";

    @Option(names = "--prune", description = "As for apply.")
    private boolean prune;

    @Option(names = "--force-conflicts", description = "As for apply.")
    private boolean force;

    @Mixin
    private final KubeOptions kube = new KubeOptions();

    DiffCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        Documents all = Files.documents(files, api.cluster(), console());
        List<Document> documents = all.ecs();
        boolean everything = prune && !applySet.isEmpty();
        List<Action> actions =
                Planner.plan(documents, new Applier(api.ecs()).read(documents, everything), applySet, everything);
        boolean different = false;
        for (Action action : actions) {
            different |= !(action instanceof Action.Keep);
            show(action);
            documents.stream()
                    .filter(document -> document.id().equals(action.id()))
                    .findFirst()
                    .ifPresent(document -> placements(api, document, NewTasks.count(action, document), documents));
        }
        Optional<KubeApplier> kubernetes = kube.applier(all, applySet, everything, force, client(), console());
        for (Step step : kubernetes.isPresent() ? kubernetes.get().plan(all.kubernetes()) : List.<Step>of()) {
            different |= show(step);
        }
        return different ? Exit.DIFFERENT : Exit.DONE;
    }

    /** @return whether there is a difference */
    private boolean show(Step step) {
        switch (step) {
            case Step.Delete delete -> print("- " + delete.label());
            case Step.Apply apply when apply.isNew() -> print("+ " + apply.label());
            case Step.Apply apply
            when apply.differences().isEmpty() -> {
                return false;
            }
            case Step.Apply apply -> {
                print("~ " + apply.label());
                apply.differences().forEach(difference -> print("    " + difference));
            }
        }
        return true;
    }

    private void show(Action action) {
        switch (action) {
            case Action.Keep _ -> {}
            case Action.Create create -> print("+ " + create.id());
            case Action.Delete delete -> print("- " + delete.id());
            case Action.Configure configure -> {
                print("~ " + configure.id());
                configure.differences().forEach(difference -> print("    " + difference));
            }
        }
    }

    private void placements(Api api, Document service, int count, List<Document> documents) {
        if (count == 0) {
            return;
        }
        JsonNode spec = service.spec();
        ObjectNode question = EcsClient.input().put("cluster", service.id().cluster());
        String name = spec.path("taskDefinition").asText();
        question.put("taskDefinition", name);
        documents.stream()
                .filter(document -> document.kind() == Kind.TASK_DEFINITION)
                .filter(document ->
                        document.alias().equals(name) || document.id().name().equals(name))
                .findFirst()
                .ifPresent(definition -> question.set("taskDefinition", definition.spec()));
        question.put("count", Math.min(COUNT_MAX, count));
        question.put("group", "service:" + service.id().name());
        for (String member : List.of("placementConstraints", "placementStrategy")) {
            if (spec.has(member)) {
                question.set(member, spec.path(member));
            }
        }
        try {
            Placements.lines(api.ops().post("/_gantry/v1/placements", question)).forEach(line -> print("    " + line));
        } catch (ApiException e) {
            // The differences are the answer; where tasks would go is extra, and real AWS cannot say.
            console().note("    (where tasks would go is not known: " + e.code() + " " + e.text() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
