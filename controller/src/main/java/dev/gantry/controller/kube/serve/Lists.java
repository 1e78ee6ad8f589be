package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.metrics.MetricsRegistry;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.registry.Registry;
import dev.gantry.controller.kube.select.FieldSelector;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.kube.select.Selection;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.resource.Samples;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one object, or a list of them page by page. All pages of a list show the image of its first one. */
final class Lists {

    private static final int IMAGES_MAX = 32;

    /** Where the next page begins. */
    private record Mark(long revision, int from) {}

    private final Store store;
    private final Registries registries;
    private final Samples samples;
    private final InstantSource clock;
    // Images are immutable and share what they have in common: keeping some costs little.
    private final Map<Long, Snapshot> images = new LinkedHashMap<>();

    Lists(Store store, Registries registries, Samples samples, InstantSource clock) {
        this.store = store;
        this.registries = registries;
        this.samples = samples;
        this.clock = clock;
    }

    HttpResponse get(Call call) throws InterruptedException {
        Optional<Tables.Form> table = table(call);
        ObjectNode object = object(call);
        ResourceType type = call.target().type();
        if (table.isEmpty()) {
            return Answers.json(200, object);
        }
        ObjectNode meta = Json.object();
        meta.set("resourceVersion", object.at("/metadata/resourceVersion"));
        return Answers.json(200, Tables.of(table.get(), type, List.of(object), meta, clock.instant()));
    }

    ObjectNode object(Call call) throws InterruptedException {
        ObjectName name = call.target().objectName();
        return registry(call.target().type())
                .find(image(call.query()), name)
                .orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
    }

    HttpResponse list(Call call) throws InterruptedException {
        Optional<Tables.Form> table = table(call);
        ResourceType type = call.target().type();
        Optional<Mark> mark = mark(call.query().text("continue"));
        Snapshot image = mark.isPresent() ? kept(mark.get().revision()) : image(call.query());
        List<ObjectNode> all = select(image, call);
        int from = Math.min(mark.map(Mark::from).orElse(0), all.size());
        long limit = call.query().number("limit").orElse(0);
        int to = limit == 0 ? all.size() : (int) Math.min(all.size(), from + limit);
        ObjectNode meta = Json.object().put("resourceVersion", Long.toString(image.revision()));
        if (to < all.size()) {
            keep(image);
            meta.put("continue", text(new Mark(image.revision(), to)));
            meta.put("remainingItemCount", all.size() - to);
        }
        List<ObjectNode> page = all.subList(from, to);
        if (table.isPresent()) {
            return Answers.json(200, Tables.of(table.get(), type, page, meta, clock.instant()));
        }
        ObjectNode list = Json.object().put("kind", type.listKind()).put("apiVersion", type.apiVersion());
        list.set("metadata", meta);
        ArrayNode items = list.putArray("items");
        page.forEach(items::add);
        return Answers.json(200, list);
    }

    /** What a list or a watch is about. */
    static Selection selection(Call call) {
        LabelSelector labels = LabelSelector.parse(call.query().text("labelSelector"));
        ResourceType type = call.target().type();
        List<String> selectable = type.custom().map(Custom::selectable).orElse(List.of());
        FieldSelector asked =
                FieldSelector.parse(type.name(), selectable, call.query().text("fieldSelector"));
        String name = call.target().name();
        return name.isEmpty()
                ? new Selection(labels, asked)
                : new Selection(labels, FieldSelector.parse(type.name(), selectable, "metadata.name=" + name));
    }

    static Optional<Tables.Form> table(Call call) {
        return Tables.asked(call.http().headers().first("Accept").orElse(""), call.query());
    }

    /** Everything in an image that a call selects. */
    List<ObjectNode> select(Snapshot image, Call call) {
        Selection selection = selection(call);
        Target.Objects target = call.target();
        Optional<String> single = selection.fields().name();
        if (single.isPresent()
                && (!target.type().namespaced() || !target.namespace().isEmpty())) {
            ObjectName name = target.named(single.get()).objectName();
            return registry(target.type()).find(image, name).filter(selection::matches).stream()
                    .toList();
        }
        List<ObjectNode> labelled =
                registry(target.type()).select(image, target.named("").objectName(), selection.labels());
        return selection.fields().rules().isEmpty()
                ? labelled
                : labelled.stream().filter(selection.fields()::matches).toList();
    }

    private Registry registry(ResourceType type) {
        return MetricsRegistry.serves(type.name())
                ? new MetricsRegistry(registries, samples, clock.instant())
                : registries.of(type);
    }

    private Snapshot image(Query query) throws InterruptedException {
        long atLeast = query.number("resourceVersion").orElse(0);
        Snapshot image = store.snapshot();
        if (atLeast <= image.revision()) {
            return image;
        }
        return store.snapshotAt(atLeast);
    }

    private synchronized Snapshot kept(long revision) {
        Snapshot image = images.get(revision);
        if (image == null) {
            throw KubeRefusal.of(
                    Reason.EXPIRED,
                    "The provided continue parameter is too old to display a consistent list result. You can start a"
                            + " new list without the continue parameter.");
        }
        return image;
    }

    private synchronized void keep(Snapshot image) {
        images.remove(image.revision());
        images.put(image.revision(), image);
        if (images.size() > IMAGES_MAX) {
            images.remove(images.keySet().iterator().next());
        }
    }

    private static String text(Mark mark) {
        String text = mark.revision() + ":" + mark.from();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<Mark> mark(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(":");
            return Optional.of(new Mark(Long.parseLong(parts[0]), Integer.parseInt(parts[1])));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException _) {
            throw KubeRefusal.badRequest("invalid continue token");
        }
    }
}
