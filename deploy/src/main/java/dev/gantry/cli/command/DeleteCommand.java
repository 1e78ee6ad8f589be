package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.apply.Action;
import dev.gantry.cli.apply.Applier;
import dev.gantry.cli.apply.Document;
import dev.gantry.cli.apply.Documents;
import dev.gantry.cli.apply.ObjectId;
import dev.gantry.cli.apply.Planner;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.kube.KubeApplier;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "delete",
        description = "Delete what is named, or what documents declare. Deleting a task stops it.",
        footer = {"", "A task definition is deregistered: one revision if one is named, else all of the family."})
final class DeleteCommand extends ClientCommand {

    @Parameters(paramLabel = "KIND/NAME", arity = "0..2")
    private List<String> words = List.of();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR|-",
            description = "Delete what these documents declare.")
    private List<String> files = List.of();

    @Option(names = "--force", description = "Also a service whose tasks run, or a node with tasks.")
    private boolean force;

    @Mixin
    private final KubeOptions kube = new KubeOptions();

    DeleteCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        if (words.isEmpty() == files.isEmpty()) {
            throw new Failure(
                    Exit.INVALID,
                    "nothing to delete",
                    "name one object, or files with -f",
                    "gantry delete service/web");
        }
        if (files.isEmpty()) {
            Reference reference = Reference.withKind(words);
            delete(api, Objects.requireNonNull(reference.sort()), reference.name());
        } else {
            deleteDeclared(api);
        }
        return Exit.DONE;
    }

    private void deleteDeclared(Api api) throws InterruptedException {
        Documents all = Files.documents(files, api.cluster(), console());
        List<Document> documents = all.ecs();
        Applier applier = new Applier(api.ecs());
        Set<ObjectId> declared =
                new HashSet<>(documents.stream().map(Document::id).toList());
        for (Action action :
                Planner.deletions(applier.withRevisions(applier.read(documents, false)), declared::contains)) {
            applier.perform(action);
            print(action.id() + " " + action.verb());
        }
        Optional<KubeApplier> kubernetes = kube.applier(all, "", false, false, client(), console());
        if (kubernetes.isPresent()) {
            kubernetes.get().delete(all.kubernetes(), label -> print(label + " deleted"));
        }
    }

    private void delete(Api api, Sort sort, String name) throws InterruptedException {
        Directory directory = new Directory(api);
        JsonNode object = directory.one(sort, name);
        EcsClient ecs = api.ecs();
        switch (sort) {
            case CLUSTER -> ecs.call("DeleteCluster", EcsClient.input().put("cluster", name));
            case SERVICE ->
                ecs.call(
                        "DeleteService",
                        EcsClient.input()
                                .put("cluster", api.cluster())
                                .put("service", name)
                                .put("force", force));
            case TASK ->
                ecs.call(
                        "StopTask",
                        EcsClient.input()
                                .put("cluster", api.cluster())
                                .put("task", object.path("taskArn").asText())
                                .put("reason", "deleted with gantry delete"));
            case NODE ->
                ecs.call(
                        "DeregisterContainerInstance",
                        EcsClient.input()
                                .put("cluster", api.cluster())
                                .put(
                                        "containerInstance",
                                        object.path("containerInstanceArn").asText())
                                .put("force", force));
            case TASK_DEFINITION -> deregister(ecs, object, name);
        }
        String label = sort == Sort.TASK_DEFINITION ? name : Directory.name(sort, object);
        print(sort.label() + "/" + label + " deleted");
    }

    private static void deregister(EcsClient ecs, JsonNode newest, String name) throws InterruptedException {
        List<String> arns = List.of(newest.path("taskDefinitionArn").asText());
        if (!name.contains(":")) {
            String family = newest.path("family").asText();
            arns = ecs
                    .list(
                            "ListTaskDefinitions",
                            EcsClient.input().put("familyPrefix", family).put("status", "ACTIVE"),
                            "taskDefinitionArns")
                    .stream()
                    .filter(arn -> arn.substring(0, arn.lastIndexOf(':')).endsWith("/" + family))
                    .toList();
        }
        for (String arn : arns) {
            ecs.call("DeregisterTaskDefinition", EcsClient.input().put("taskDefinition", arn));
        }
    }
}
