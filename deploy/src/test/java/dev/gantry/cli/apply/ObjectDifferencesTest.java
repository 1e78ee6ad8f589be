package dev.gantry.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ObjectDifferencesTest {

    @Test
    void saysWhatChangesAndLeavesOutTheServersBooks() throws JsonProcessingException {
        String before = "{'metadata':{'name':'a','labels':{'x':'1'},'resourceVersion':'5','managedFields':[]},"
                + "'spec':{'replicas':1,'containers':[{'name':'a','image':'i:1'},{'name':'b','image':'j'}]},"
                + "'status':{'ready':1}}";
        String after = "{'metadata':{'name':'a','resourceVersion':'6','managedFields':[1]},"
                + "'spec':{'replicas':2,'containers':[{'name':'b','image':'j'},{'name':'a','image':'i:2','tty':true}]},"
                + "'status':{'ready':2}}";
        assertThat(ObjectDifferences.between(json(before), json(after)))
                .extracting(Difference::toString)
                .containsExactly(
                        "metadata.labels: {\"x\":\"1\"} -> (none)",
                        "spec.replicas: 1 -> 2",
                        "spec.containers[a].image: \"i:1\" -> \"i:2\"",
                        "spec.containers[a].tty: (none) -> true");
        assertThat(ObjectDifferences.between(json(before), json(before))).isEmpty();
    }

    private static com.fasterxml.jackson.databind.JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
