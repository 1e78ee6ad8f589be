package dev.gantry.controller.kube.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.schema.Schemas;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who owns what of a deployment, and what becomes of it when several write it. */
class FieldOwnershipTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static FieldOwnership books(String owner) {
        return books(owner, "");
    }

    private static FieldOwnership books(String owner, String subresource) {
        return new FieldOwnership(
                Schemas.builtIn().find("apps/v1", "Deployment").orElseThrow(),
                "apps/v1",
                owner,
                subresource,
                true,
                NOW);
    }

    private static ObjectNode json(String text) {
        return Json.object(ByteString.copyFromUtf8(text.replace('\'', '"')));
    }

    private static ObjectNode apply(String owner, ObjectNode live, String applied) {
        return books(owner).applied(Optional.of(live), json(applied), false);
    }

    private static ObjectNode first(String owner, String applied) {
        return books(owner).applied(Optional.empty(), json(applied), false);
    }

    private static ObjectNode update(String owner, ObjectNode live, String after) {
        ObjectNode changed = json(after);
        changed.withObject("/metadata").set("managedFields", live.at("/metadata/managedFields"));
        return books(owner).updated(Optional.of(live), changed);
    }

    /** For each writer its name, what it does, and the fields that it owns. */
    private static List<String> owners(ObjectNode object) {
        List<String> owners = new ArrayList<>();
        for (JsonNode one : object.at("/metadata/managedFields")) {
            owners.add(
                    one.path("manager").asText() + " " + one.path("operation").asText() + " "
                            + FieldSet.read(one.path("fieldsV1")).paths());
        }
        return owners;
    }

    @Test
    void ownsWhatItApplies() {
        ObjectNode made = first("me", """
            {'metadata': {'name': 'web', 'labels': {'a': 'b'}}, 'spec': {'replicas': 2, 'template': {'spec':
             {'containers': [{'name': 'c', 'image': 'i', 'ports': [{'containerPort': 80}]}]}}}}\
            """);
        assertThat(owners(made))
                .containsExactly(
                        "me Apply [.metadata.labels.a, .spec.replicas, .spec.template.spec.containers[name=\"c\"],"
                            + " .spec.template.spec.containers[name=\"c\"].image,"
                            + " .spec.template.spec.containers[name=\"c\"].name,"
                            + " .spec.template.spec.containers[name=\"c\"].ports[containerPort=80,protocol=\"TCP\"],"
                            + " .spec.template.spec.containers[name=\"c\"].ports[containerPort=80,protocol=\"TCP\"].containerPort]");
        assertThat(made.at("/metadata/managedFields/0/time").asText()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(made.at("/metadata/managedFields/0/fieldsType").asText()).isEqualTo("FieldsV1");
    }

    @Test
    void takesOutWhatItAppliesNoLongerAndNobodyElseOwns() {
        ObjectNode made = first("me", "{'metadata': {'labels': {'a': '1', 'b': '2'}}, 'spec': {'replicas': 2}}");
        ObjectNode shared = apply("you", made, "{'metadata': {'labels': {'b': '2'}}}");
        ObjectNode less = apply("me", shared, "{'spec': {'replicas': 3}}");
        assertThat(less.at("/metadata/labels")).isEqualTo(json("{'b': '2'}"));
        assertThat(less.at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(owners(less)).containsExactly("me Apply [.spec.replicas]", "you Apply [.metadata.labels.b]");
        ObjectNode none = apply("you", less, "{}");
        assertThat(none.path("metadata").has("labels")).isFalse();
    }

    @Test
    void takesOutAnItemOfAListUnlessSomebodyOwnsSomethingInIt() {
        ObjectNode made = first("me", """
            {'spec': {'template': {'spec': {'containers':
             [{'name': 'a', 'image': 'i'}, {'name': 'b', 'image': 'j'}]}}}}\
            """);
        ObjectNode shared =
                apply("you", made, "{'spec': {'template': {'spec': {'containers': [{'name': 'b', 'tty': true}]}}}}");
        ObjectNode less = apply("me", shared, "{'spec': {'replicas': 1}}");
        assertThat(less.at("/spec/template/spec/containers")).hasSize(1);
        assertThat(less.at("/spec/template/spec/containers/0")).isEqualTo(json("{'name': 'b', 'tty': true}"));
    }

    @Test
    void refusesWhatOthersOwnUnlessForced() {
        ObjectNode made = first("me", "{'spec': {'replicas': 2, 'paused': true}}");
        assertThatThrownBy(() -> apply("you", made, "{'spec': {'replicas': 3, 'paused': true}}"))
                .isInstanceOf(KubeRefusal.class)
                .hasMessage("Apply failed with 1 conflict: conflict with \"me\": .spec.replicas");
        assertThatThrownBy(() -> apply("you", made, "{'spec': {'replicas': 3, 'paused': false}}"))
                .hasMessage("Apply failed with 2 conflicts: conflicts with \"me\":\n- .spec.paused\n- .spec.replicas");
        ObjectNode forced =
                books("you").applied(Optional.of(made), json("{'spec': {'replicas': 3, 'paused': true}}"), true);
        assertThat(forced.at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(owners(forced))
                .containsExactly("me Apply [.spec.paused]", "you Apply [.spec.paused, .spec.replicas]");
    }

    @Test
    void sharesWhatHasTheSameValue() {
        ObjectNode made = first("me", "{'spec': {'replicas': 2}}");
        ObjectNode shared = apply("you", made, "{'spec': {'replicas': 2}}");
        assertThat(owners(shared)).containsExactly("me Apply [.spec.replicas]", "you Apply [.spec.replicas]");
    }

    @Test
    void givesWhatIsUpdatedToWhoUpdatesIt() {
        ObjectNode made = first("me", "{'metadata': {'labels': {'a': '1'}}, 'spec': {'replicas': 2}}");
        ObjectNode scaled = update("scaler", made, "{'metadata': {'labels': {'a': '1'}}, 'spec': {'replicas': 5}}");
        assertThat(owners(scaled)).containsExactly("me Apply [.metadata.labels.a]", "scaler Update [.spec.replicas]");
        assertThatThrownBy(() -> apply("me", scaled, "{'spec': {'replicas': 2}}"))
                .hasMessageContaining("conflict with \"scaler\" using apps/v1");
        ObjectNode gone = update("other", scaled, "{'spec': {'replicas': 5}}");
        assertThat(owners(gone)).containsExactly("scaler Update [.spec.replicas]");
    }

    @Test
    void knowsThatSomebodyWroteBeforeAnybodyApplied() {
        ObjectNode live = json("{'spec': {'replicas': 2}}");
        assertThatThrownBy(() -> apply("me", live, "{'spec': {'replicas': 3}}"))
                .hasMessageContaining("conflict with \"before-first-apply\"");
        assertThat(owners(apply("me", live, "{'spec': {'replicas': 2}}")))
                .containsExactly("me Apply [.spec.replicas]", "before-first-apply Update [.spec.replicas]");
    }

    @Test
    void letsKubectlTakeWhatItAppliedItselfBefore() {
        ObjectNode live = json("{'spec': {'replicas': 2, 'paused': true}}");
        live.withObject("/metadata/annotations")
                .put(
                        "kubectl.kubernetes.io/last-applied-configuration",
                        "{\"spec\":{\"replicas\":2,\"paused\":false}}");
        ObjectNode kept = books("kubectl-client-side-apply").updated(Optional.empty(), live);
        ObjectNode taken = apply("kubectl", kept, "{'spec': {'replicas': 3}}");
        assertThat(taken.at("/spec/replicas").asInt()).isEqualTo(3);
        assertThatThrownBy(() -> apply("kubectl", kept, "{'spec': {'paused': false}}"))
                .as("what is not as it was applied")
                .hasMessageContaining(".spec.paused");
        assertThatThrownBy(() -> apply("flux", kept, "{'spec': {'replicas': 3}}"))
                .hasMessageContaining(".spec.replicas");
        live.withObject("/metadata/annotations").put("kubectl.kubernetes.io/last-applied-configuration", "no JSON");
        assertThatThrownBy(
                        () -> apply("kubectl", books("x").updated(Optional.empty(), live), "{'spec': {'replicas': 3}}"))
                .hasMessageContaining(".spec.replicas");
    }

    @Test
    void changesNothingWhenTheSameIsAppliedAgain() {
        String applied = "{'metadata': {'labels': {'a': '1'}}, 'spec': {'replicas': 2}}";
        ObjectNode made = first("me", applied);
        FieldOwnership later = new FieldOwnership(
                Schemas.builtIn().find("apps/v1", "Deployment").orElseThrow(),
                "apps/v1",
                "me",
                "",
                true,
                NOW.plusSeconds(100));
        assertThat(later.applied(Optional.of(made), json(applied), false)).isEqualTo(made);
    }

    @Test
    void keepsTheStatusForThoseWhoWriteIt() {
        ObjectNode made = first("me", "{'spec': {'replicas': 2}, 'status': {'replicas': 9}}");
        assertThat(owners(made)).containsExactly("me Apply [.spec.replicas]");
        ObjectNode with = json("{'spec': {'replicas': 2}, 'status': {'replicas': 2}}");
        with.withObject("/metadata").set("managedFields", made.at("/metadata/managedFields"));
        ObjectNode counted = books("counter", "status").updated(Optional.of(made), with);
        assertThat(counted.at("/metadata/managedFields/1/subresource").asText()).isEqualTo("status");
        assertThat(owners(counted)).contains("counter Update [.status.replicas]");
    }

    @Test
    void ownsAnAtomAsAWhole() {
        ObjectNode made = first("me", "{'spec': {'selector': {'matchLabels': {'a': 'b'}}}}");
        assertThat(owners(made)).containsExactly("me Apply [.spec.selector]");
    }

    @Test
    void keepsTheOrderThatIsApplied() {
        ObjectNode made = first("me", """
            {'spec': {'template': {'spec': {'containers':
             [{'name': 'a', 'image': 'i'}, {'name': 'b', 'image': 'i'}, {'name': 'c', 'image': 'i'}]}}}}\
            """);
        ObjectNode turned = apply("me", made, """
            {'spec': {'template': {'spec': {'containers':
             [{'name': 'c', 'image': 'i'}, {'name': 'new', 'image': 'i'}, {'name': 'a', 'image': 'i'}]}}}}\
            """);
        assertThat(turned.at("/spec/template/spec/containers"))
                .extracting(container -> container.path("name").asText())
                .containsExactly("c", "new", "a");
    }

    @Test
    void makesOneOfTheOldestOfManyWhoUpdate() {
        ObjectNode object = json("{'metadata': {}}");
        for (int i = 0; i < 15; i++) {
            ObjectNode after = object.deepCopy();
            after.withObject("/metadata/labels").put("l" + i, "x");
            object = new FieldOwnership(
                            Schemas.builtIn().find("apps/v1", "Deployment").orElseThrow(),
                            "apps/v1",
                            "writer-" + i,
                            "",
                            true,
                            NOW.plusSeconds(i))
                    .updated(Optional.of(object), after);
        }
        assertThat(object.at("/metadata/managedFields")).hasSize(10);
        assertThat(owners(object).getFirst()).startsWith("ancient-changes Update [.metadata.labels");
    }

    @Test
    void readsWhatItWrites() {
        FieldSet set = Changes.all(
                json("{'a': {'b': 1, 'c': []}, 'd': {}}"),
                Schemas.builtIn().find("apps/v1", "Deployment").orElseThrow());
        assertThat(FieldSet.read(set.draw())).isEqualTo(set);
        assertThat(FieldSet.read(json("{'f:a': {'.': {}, 'f:b': {}}}")).paths()).containsExactly(".a", ".a.b");
    }
}
