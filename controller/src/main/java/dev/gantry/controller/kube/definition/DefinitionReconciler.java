package dev.gantry.controller.kube.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.Definition;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.owner.Removals;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Establishes custom definitions whose names are free, and takes out the objects of one that was deleted before it goes itself. No new
 * object comes meanwhile: the API guards by the definition's record what it creates.
 */
public final class DefinitionReconciler implements Reconciler<KubeObject> {

    /** Well below what one transaction may hold. */
    private static final int WRITES_MAX = 100;

    @Override
    public String name() {
        return "kube-definitions";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return KubeDocument.keys(snapshot, ResourceName.DEFINITIONS);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(ResourceName.DEFINITIONS)) {
            // Names that it had or wanted may be another's now.
            return ofGroup(snapshot, name)
                    .filter(one -> one.key().equals(change.key()) || isWaiting(one))
                    .map(Versioned::key)
                    .toList();
        }
        Key<KubeObject> definition = name.definition().key();
        return change.after() == null
                ? snapshot.get(definition).stream().map(Versioned::key).toList()
                : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<Definition> found = snapshot.get(key).map(KubeDocument::of).map(Definition::new);
        if (found.isEmpty()) {
            return Outcome.nothing();
        }
        return Outcome.write(
                found.get().document().meta().isDeleted()
                        ? emptied(snapshot, found.get(), now)
                        : settled(snapshot, found.get(), now));
    }

    private static Transaction settled(Snapshot snapshot, Definition definition, Instant now) {
        KubeDocument document = definition.document();
        List<Versioned<KubeObject>> others = ofGroup(snapshot, document.name())
                .filter(other -> !other.key().equals(document.record().key()))
                .toList();
        Transaction.Builder writes = Transaction.builder();
        ObjectNode json = DefinitionStatus.settled(
                definition, others.stream().map(DefinitionReconciler::status).toList(), now);
        if (!json.equals(document.json())) {
            new Removals(writes, now).put(document, json);
            // Two that want the same name and are decided at once must not both get it.
            others.stream()
                    .filter(DefinitionReconciler::isWaiting)
                    .map(KubeDocument::of)
                    .map(Definition::new)
                    .filter(other -> NameClaims.compete(definition, other))
                    .limit(WRITES_MAX)
                    .forEach(other -> writes.guard(other.document().record()));
        }
        return writes.build();
    }

    private static Transaction emptied(Snapshot snapshot, Definition definition, Instant now) {
        KubeDocument document = definition.document();
        Transaction.Builder writes = Transaction.builder();
        Removals removals = new Removals(writes, now);
        if (!document.meta().finalizers().contains(DefinitionStatus.FINALIZER)) {
            return writes.build();
        }
        List<Versioned<KubeObject>> objects = snapshot.find(
                Kinds.KUBE_OBJECTS_BY_RESOURCE,
                document.name().cluster() + "/" + definition.resource().path());
        if (objects.isEmpty()) {
            ObjectNode json = document.json().deepCopy();
            Ownership.withoutFinalizer(json, DefinitionStatus.FINALIZER);
            removals.put(document, json);
            return writes.build();
        }
        ObjectNode json = DefinitionStatus.terminating(definition, now);
        if (!json.equals(document.json())) {
            removals.put(document, json);
        }
        objects.stream()
                .map(KubeDocument::of)
                .filter(object -> !object.meta().isDeleted())
                .limit(WRITES_MAX)
                .forEach(object -> removals.delete(object, Removals.Propagation.BACKGROUND));
        return writes.build();
    }

    /** Whether it may get names still. Only its status is read: schemas are long, and groups have many. */
    private static boolean isWaiting(Versioned<KubeObject> definition) {
        return !Conditions.of(status(definition), "").holds(NameClaims.TYPE);
    }

    private static ObjectNode status(Versioned<KubeObject> definition) {
        return Json.object(definition.value().getStatusJson());
    }

    /** The definitions that share the group, which their names end with. */
    private static Stream<Versioned<KubeObject>> ofGroup(Snapshot snapshot, ObjectName one) {
        String group = one.name().substring(one.name().indexOf('.'));
        return snapshot.list(Kinds.KUBE_OBJECT, ObjectName.scope(one.cluster(), ResourceName.DEFINITIONS, "")).stream()
                .filter(other -> other.key().name().endsWith(group)
                        && other.key().name().indexOf('.') == other.key().name().length() - group.length());
    }
}
