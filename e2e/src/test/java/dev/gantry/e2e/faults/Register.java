package dev.gantry.e2e.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * One thing of the ECS API that holds a value, which can be written and read: a tag, an attribute, a member of a service.
 *
 * @param initial what it reads as before anything was written
 * @param value   the nth value, different from every other
 * @param write   the input of the call that writes a value
 * @param read    the call that reads it
 * @param find    the value in the answer
 */
record Register(
        String name,
        String initial,
        IntFunction<String> value,
        String writeOperation,
        Function<String, String> write,
        String readOperation,
        String read,
        Function<JsonNode, String> find) {

    static Register tag(String arn, String key) {
        return new Register(
                "tag " + key + " of " + arn,
                "",
                number -> "v" + number,
                "TagResource",
                value -> """
                    {"resourceArn":"%s","tags":[{"key":"%s","value":"%s"}]}\
                    """.formatted(arn, key, value),
                "ListTagsForResource",
                """
                {"resourceArn":"%s"}\
                """.formatted(arn),
                answer -> {
                    for (JsonNode tag : answer.path("tags")) {
                        if (tag.path("key").asText().equals(key)) {
                            return tag.path("value").asText();
                        }
                    }
                    return "";
                });
    }

    static Register attribute(String instanceArn, String name) {
        return new Register(
                "attribute " + name,
                "",
                number -> "v" + number,
                "PutAttributes",
                value -> """
                    {"attributes":[{"name":"%s","value":"%s","targetId":"%s"}]}\
                    """.formatted(name, value, instanceArn),
                "ListAttributes",
                """
                {"targetType":"container-instance","attributeName":"%s"}\
                """.formatted(name),
                answer -> answer.path("attributes").path(0).path("value").asText());
    }

    /** The upper limit of a service that has no task, so that nothing follows from it. */
    static Register maximumPercent(String service) {
        return new Register(
                "maximumPercent of " + service,
                "200",
                number -> String.valueOf(201 + number),
                "UpdateService",
                value -> """
                    {"service":"%s","deploymentConfiguration":{"maximumPercent":%s,"minimumHealthyPercent":100}}\
                    """.formatted(service, value),
                "DescribeServices",
                """
                {"services":["%s"]}\
                """.formatted(service),
                answer -> answer.path("services")
                        .path(0)
                        .path("deploymentConfiguration")
                        .path("maximumPercent")
                        .asText());
    }
}
