package dev.gantry.controller.kube.admit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.Cause;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ValidationTest {

    private static final String POD = "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a','image':'a'}]}}";
    private static final String DEPLOYMENT = "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'app':'x'}},"
            + "'template':{'metadata':{'labels':{'app':'x'}},'spec':{'containers':[{'name':'a','image':'a'}]}}}}";

    @Test
    void findsNothingWrongWithAGoodObject() {
        assertThat(check("v1", "Pod", POD)).isEmpty();
        assertThat(check("apps/v1", "Deployment", DEPLOYMENT)).isEmpty();
    }

    @Test
    void refusesABadName() {
        assertThat(check("v1", "Pod", POD.replace("'p'", "'Bad_Name'")))
                .singleElement()
                .satisfies(cause -> {
                    assertThat(cause.field()).isEqualTo("metadata.name");
                    assertThat(cause.reason()).isEqualTo("FieldValueInvalid");
                    assertThat(cause.message())
                            .startsWith("Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of");
                });
    }

    @Test
    void refusesWhatIsNoTaint() {
        String node = "{'metadata':{'name':'n'},'spec':{'taints':[%s]}}";
        String good = "{'key':'a.b/c','value':'d','effect':'NoExecute'}";
        assertThat(check("v1", "Node", node.formatted(good + ",{'key':'a.b/c','effect':'NoSchedule'}")))
                .isEmpty();
        assertThat(check("v1", "Node", node.formatted(good + "," + good)))
                .extracting(Cause::field, Cause::reason)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("spec.taints[1]", "FieldValueDuplicate"));
        assertThat(check("v1", "Node", node.formatted("{'key':'-','value':'?','effect':'Never'},{'key':'x'}")))
                .extracting(Cause::field)
                .containsExactly(
                        "spec.taints[0].key", "spec.taints[0].value", "spec.taints[0].effect", "spec.taints[1].effect");
        assertThat(check("v1", "Node", node.formatted(good + ("," + good).repeat(100))))
                .extracting(Cause::reason)
                .containsExactly("FieldValueTooMany");
    }

    @Test
    void requiresContainersAndImages() {
        assertThat(check("v1", "Pod", "{'metadata':{'name':'p'},'spec':{}}"))
                .containsExactly(new Cause("spec.containers", "FieldValueRequired", "Required value"));
        assertThat(check("v1", "Pod", "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a'}]}}"))
                .containsExactly(new Cause("spec.containers[0].image", "FieldValueRequired", "Required value"));
    }

    @Test
    void requiresASelectorThatMatches() {
        assertThat(check("apps/v1", "Deployment", DEPLOYMENT.replace("'labels':{'app':'x'}", "'labels':{'app':'y'}")))
                .containsExactly(new Cause(
                        "spec.template.metadata.labels",
                        "FieldValueInvalid",
                        "Invalid value: {\"app\":\"y\"}: `selector` does not match template `labels`"));
    }

    @Test
    void refusesToChangeWhatIsFixed() {
        String changed = DEPLOYMENT.replace("'x'", "'y'");
        assertThat(Validation.check("apps/v1", "Deployment", json(changed), Optional.of(json(DEPLOYMENT))))
                .extracting(Cause::field, Cause::message)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(
                        "spec.selector", "Invalid value: {\"matchLabels\":{\"app\":\"y\"}}: field is immutable"));
        assertThat(Validation.check(
                        "v1", "Pod", json(POD.replace("'image':'a'", "'image':'b'")), Optional.of(json(POD))))
                .isEmpty();
        assertThat(Validation.check(
                        "v1", "Pod", json(POD.replace("'image'", "'command':['b'],'image'")), Optional.of(json(POD))))
                .extracting(Cause::reason)
                .containsExactly("FieldValueForbidden");
    }

    @Test
    void wantsAJobToEnd() {
        assertThat(check(
                        "batch/v1",
                        "Job",
                        "{'metadata':{'name':'j'},'spec':{'template':{'spec':{'restartPolicy':'Always',"
                                + "'containers':[{'name':'a','image':'a'}]}}}}"))
                .containsExactly(new Cause(
                        "spec.template.spec.restartPolicy",
                        "FieldValueRequired",
                        "Required value: valid values: \"OnFailure\", \"Never\""));
    }

    private static List<Cause> check(String apiVersion, String kind, String object) {
        return Validation.check(apiVersion, kind, json(object), Optional.empty());
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) JsonMapper.builder().build().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
