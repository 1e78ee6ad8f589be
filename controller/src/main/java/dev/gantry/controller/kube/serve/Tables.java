package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.type.Column;
import dev.gantry.controller.kube.type.ResourceType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Objects as the rows that kubectl prints. */
final class Tables {

    /** @param include {@code Metadata}, {@code Object} or {@code None}: what each row carries of its object */
    record Form(String version, String include) {}

    private static final String GROUP = "meta.k8s.io";

    private Tables() {}

    /** The form that the client asks for, if it prefers a table; refuses where it takes nothing that is served. */
    static Optional<Form> asked(String accept, Query query) {
        boolean isAny = accept.isEmpty();
        for (String range : accept.split(",")) {
            String type = range.trim();
            String base = type.split(";")[0].trim();
            if (type.contains("as=Table") && type.contains("g=" + GROUP) && base.equals("application/json")) {
                String version = type.contains("v=v1beta1") ? "v1beta1" : "v1";
                String include = query.text("includeObject");
                return Optional.of(new Form(version, include.isEmpty() ? "Metadata" : include));
            }
            boolean isJson = base.equals("application/json") || base.equals("*/*") || base.equals("application/*");
            if (isJson && !type.contains("as=")) {
                return Optional.empty();
            }
            isAny |= isJson;
        }
        if (isAny) {
            return Optional.empty();
        }
        throw KubeRefusal.of(Reason.NOT_ACCEPTABLE, "only the following media types are accepted: application/json");
    }

    /** @param list metadata of the list that the rows stand for */
    static ObjectNode of(Form form, ResourceType type, List<ObjectNode> objects, ObjectNode list, Instant now) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", GROUP + "/" + form.version());
        table.set("metadata", list);
        ArrayNode columns = table.putArray("columnDefinitions");
        for (Column column : type.columns()) {
            columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("format", column.format())
                    .put("description", column.name())
                    .put("priority", column.wide() ? 1 : 0);
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode object : objects) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            type.columns().forEach(column -> cells.add(column.cell().of(object, now)));
            attach(form, object, row);
        }
        return table;
    }

    private static void attach(Form form, ObjectNode object, ObjectNode row) {
        switch (form.include()) {
            case "Object" -> row.set("object", object);
            case "None" -> {}
            default -> {
                ObjectNode partial = row.putObject("object")
                        .put("kind", "PartialObjectMetadata")
                        .put("apiVersion", GROUP + "/" + form.version());
                partial.set("metadata", object.path("metadata"));
            }
        }
    }
}
