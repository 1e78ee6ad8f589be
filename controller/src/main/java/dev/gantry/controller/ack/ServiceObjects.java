package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.view.ServiceView;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.document.Uids;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsService;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Services of ECS as objects, until they are inactive: one that drains is still there. */
final class ServiceObjects extends EcsObjects<EcsService> {

    private static final String CLUSTER = "cluster";
    private static final String TASK_DEFINITION = "taskDefinition";
    private static final List<String> IMMUTABLE =
            List.of("name", CLUSTER, "launchType", "schedulingStrategy", "role", "deploymentController");
    private static final List<String> STAYING = List.of("desiredCount", TASK_DEFINITION, "availabilityZoneRebalancing");

    private final EcsLookup lookup;
    private final ServiceView view;
    private final ClusterObjects clusters;

    ServiceObjects(EcsDrafts drafts, ClusterObjects clusters) {
        super(EcsKind.SERVICE, drafts);
        this.lookup = new EcsLookup(drafts.arns());
        this.view = new ServiceView(drafts.arns());
        this.clusters = clusters;
    }

    @Override
    Optional<Versioned<EcsService>> record(Snapshot snapshot, String objectName) {
        Optional<String> cluster = ObjectNames.cluster(objectName)
                .map(part -> clusters.record(snapshot, part).map(ServiceObjects::named))
                .orElse(Optional.of(EcsLookup.DEFAULT_CLUSTER));
        String own = ObjectNames.own(objectName);
        return cluster.flatMap(scope -> ObjectNames.isPlain(own)
                        ? snapshot.get(Kinds.ECS_SERVICE.key(scope, own))
                        : called(
                                snapshot.list(Kinds.ECS_SERVICE, scope).stream(),
                                own,
                                service -> service.value().getName()))
                // The default cluster's name is not said.
                .filter(service -> name(service.value()).equals(objectName))
                .filter(service -> isShown(service.value()));
    }

    @Override
    Stream<Versioned<EcsService>> records(Snapshot snapshot) {
        return snapshot.list(Kinds.ECS_SERVICE).stream();
    }

    static boolean isShown(EcsService service) {
        return service.getStatus() != EcsService.Status.INACTIVE;
    }

    static String name(EcsService service) {
        return ObjectNames.ofService(service.getCluster(), service.getName());
    }

    @Override
    Optional<ObjectNode> draw(Snapshot snapshot, Versioned<EcsService> record) {
        EcsService service = record.value();
        if (!isShown(service)) {
            return Optional.empty();
        }
        JsonNode described = EcsJson.tree(view.service(snapshot, record, false));
        ObjectNode object = object(name(service), record.revision(), service.getKubeMetadataJson());
        object.withObject("/metadata")
                .put("uid", Uids.of(service.getUid()))
                .put("creationTimestamp", Times.text(service.getCreatedAtMs()));
        ObjectNode spec = spec(Json.object(service.getDocumentJson()), service.getName(), service.getTagsMap());
        spec.put(CLUSTER, service.getCluster());
        if (!service.getDaemon()) {
            spec.put("desiredCount", service.getDesiredCount());
        }
        if (described.has(TASK_DEFINITION)) {
            spec.set(TASK_DEFINITION, described.get(TASK_DEFINITION));
        }
        object.set("spec", spec);
        ObjectNode status = status(described);
        status.withArray("conditions")
                .addObject()
                .put("type", "Steady")
                .put("status", service.getSteady() ? "True" : "False")
                .put(
                        "message",
                        described.at("/deployments/0/rolloutStateReason").asText());
        object.set("status", status);
        return Optional.of(object);
    }

    @Override
    Key<EcsService> make(Writing writing, String objectName, ObjectNode spec) {
        resolve(writing.image(), objectName, spec);
        String name = nameOf(spec, objectName);
        String cluster = spec.has(CLUSTER)
                ? clusterName(objectName, spec)
                : ObjectNames.cluster(objectName)
                        .flatMap(part -> clusters.record(writing.image(), part))
                        .map(ServiceObjects::named)
                        .orElse(EcsLookup.DEFAULT_CLUSTER);
        checkName(
                objectName, ObjectNames.ofService(cluster, name), "the service " + name + " of the cluster " + cluster);
        writing.call("CreateService", request(spec).put("serviceName", name).put(CLUSTER, cluster));
        return Kinds.ECS_SERVICE.key(cluster, name);
    }

    @Override
    void change(Writing writing, Versioned<EcsService> record, ObjectNode before, ObjectNode after) {
        EcsService service = record.value();
        resolve(writing.image(), name(service), after);
        if (after.has(CLUSTER)) {
            after.put(CLUSTER, clusterName(name(service), after));
        }
        checkKept(before, after, IMMUTABLE);
        retag(writing, drafts().arns().service(service.getCluster(), service.getName()), before, after);
        ObjectNode update = update(service, request(before), request(after));
        if (!update.isEmpty()) {
            update.put(CLUSTER, service.getCluster()).put("service", service.getName());
            writing.call("UpdateService", update);
        }
    }

    /** What of the service is to be otherwise. Who leaves a member out takes back what was said of it. */
    private ObjectNode update(EcsService service, ObjectNode old, ObjectNode fresh) {
        ObjectNode update = Json.object();
        for (String member : shape("UpdateServiceRequest").members().keySet()) {
            boolean isSettled = IMMUTABLE.contains(member) || !fresh.has(member) && STAYING.contains(member);
            if (isSettled || old.path(member).equals(fresh.path(member))) {
                continue;
            }
            if (member.equals("deploymentConfiguration")) {
                JsonNode given = fresh.has(member) ? fresh.get(member) : Json.object();
                update.set(member, drafts().deploymentConfiguration(given, service.getDaemon()));
            } else {
                update.set(member, fresh.has(member) ? fresh.get(member) : nothing(service, member, old.get(member)));
            }
        }
        return update;
    }

    private JsonNode nothing(EcsService service, String member, JsonNode old) {
        if (old.isArray()) {
            return Json.object().arrayNode();
        }
        if (old.isBoolean()) {
            return Json.object().booleanNode(false);
        }
        return switch (member) {
            case "propagateTags" -> Json.object().textNode("NONE");
            default ->
                throw EcsRefusals.invalid(
                        kind(),
                        name(service),
                        Cause.required(
                                "spec." + Spelling.shown(member), "ECS can change it, but cannot take it away again"));
        };
    }

    @Override
    void remove(Writing writing, Versioned<EcsService> record) {
        writing.call(
                "DeleteService",
                Json.object()
                        .put(CLUSTER, record.value().getCluster())
                        .put("service", record.value().getName())
                        .put("force", true));
    }

    @Override
    EcsService keeping(EcsService record, ByteString metadata) {
        return record.toBuilder().setKubeMetadataJson(metadata).build();
    }

    /** Puts names in the place of objects that are named instead. */
    private void resolve(Snapshot image, String objectName, ObjectNode spec) {
        EcsKind.REFERENCES.forEach((member, reference) -> {
            if (!(spec.remove(reference) instanceof ObjectNode given)) {
                return;
            }
            String to = given.at("/from/name").asText();
            Optional<String> name = member.equals(CLUSTER)
                    ? clusters.record(image, to).map(ServiceObjects::named)
                    : DefinitionObjects.family(image, to);
            spec.put(
                    member,
                    name.orElseThrow(() -> EcsRefusals.invalid(
                            kind(),
                            objectName,
                            new Cause(
                                    "spec." + reference + ".from.name",
                                    "FieldValueNotFound",
                                    "Not found: \"" + to + "\""))));
        });
    }

    private String clusterName(String objectName, ObjectNode spec) {
        String said = spec.path(CLUSTER).asText();
        String name = lookup.clusterName(said);
        return checkedName(objectName, CLUSTER, name.isEmpty() ? said : name);
    }

    private static String named(Versioned<EcsCluster> cluster) {
        return cluster.value().getName();
    }
}
