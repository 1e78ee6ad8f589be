package dev.gantry.controller.scheduler.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What queries mean, and what is said of texts that are none. */
final class ClusterQueryTest {

    private static final QueryNode NODE = new QueryNode(
            true,
            "1.13.2",
            Map.of(
                    "ecs.instance-type", "t2.small",
                    "ecs.availability-zone", "us-east-1a",
                    "stack", "production",
                    "cores", "12",
                    "with/slash.and-dash", "a b",
                    "empty", ""),
            "i-abcd1234",
            Instant.parse("2018-06-18T22:28:28Z"),
            3,
            Set.of("service:production", "family:batch"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attribute:ecs.instance-type == t2.small",
                "attribute:ecs.instance-type equals t2.small",
                "attribute:ecs.instance-type==t2.small",
                "attribute:ecs.instance-type == 't2.small'",
                "attribute:ecs.instance-type == \"t2.small\"",
                "attribute:with/slash.and-dash == 'a b'",
                "attribute:ecs.instance-type != t2.medium",
                "attribute:ecs.instance-type not_equals t2.medium",
                "attribute:absent != anything",
                "attribute:absent !in [a, b]",
                "attribute:absent !~ .*",
                "attribute:absent !exists",
                "attribute:absent not_exists",
                "attribute:stack exists",
                "attribute:empty exists",
                "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
                "attribute:ecs.availability-zone in [us-east-1a]",
                "attribute:ecs.availability-zone in['us-east-1a','us-east-1b']",
                "attribute:ecs.availability-zone !in [us-east-1c]",
                "attribute:ecs.availability-zone not_in [us-east-1c]",
                "attribute:ecs.instance-type =~ t2.*",
                "attribute:ecs.instance-type matches t2.*",
                "attribute:ecs.instance-type =~ t(1|2)\\.[a-z]+",
                "attribute:ecs.instance-type =~ 't2[.]small'",
                "attribute:ecs.instance-type !~ g2.*",
                "attribute:ecs.instance-type not_matches g2.*",
                "attribute:ecs.instance-type =~ t2.* and attribute:ecs.availability-zone !=" + " us-east-1d",
                "attribute:ecs.instance-type =~ t2.* && attribute:stack == production",
                "attribute:stack == test or attribute:stack == production",
                "attribute:stack == test || attribute:stack == production",
                "(attribute:ecs.instance-type == t2.small or attribute:ecs.instance-type =="
                        + " t2.medium) and attribute:ecs.availability-zone != us-east-1d",
                "not(task:group == database)",
                "!(task:group == database)",
                "not attribute:stack == test",
                "!(attribute:stack =~ (a|b) or attribute:stack == c)",
                "attribute:cores > 9",
                "attribute:cores greater_than 9",
                "attribute:cores >= 12",
                "attribute:cores less_than_equal 12.0",
                "attribute:stack < q",
                "agentConnected == true",
                "agentConnected != false",
                "agentVersion > 1.9",
                "agentVersion >= 1.13.2",
                "agentVersion < 1.14",
                "agentVersion == 1.13.2",
                "agentVersion =~ 1\\..*",
                "ec2InstanceId == i-abcd1234",
                "ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']",
                "registeredAt > 2018-06-18",
                "registeredAt < 2018-06-19",
                "registeredAt == 2018-06-18T22:28:28+00:00",
                "registeredAt == 2018-06-18T22:28:28Z",
                "registeredAt == 2018-06-18T22:28:28",
                "registeredAt >= 2018-06-19T00:28:28+02:00",
                "runningTasksCount == 3",
                "runningTasksCount less_than 4",
                "runningTasksCount in [1, 2, 3]",
                "task:group == service:production",
                "task:group =~ family:.*",
                "task:group != database",
                "task:group in [database, family:batch]",
                "  attribute:stack   exists  ",
            })
    void holds(String query) {
        assertThat(ClusterQuery.parse(query).matches(NODE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attribute:ecs.instance-type == t2.medium",
                "attribute:ecs.instance-type == T2.small",
                "attribute:absent == anything",
                "attribute:absent > 1",
                "attribute:absent =~ .*",
                "attribute:absent exists",
                "attribute:stack !exists",
                "attribute:ecs.instance-type =~ t2",
                "attribute:stack == production and attribute:cores == 13",
                "attribute:stack == production and not attribute:cores == 12",
                "attribute:stack == a or attribute:stack == b and attribute:stack == production",
                "(attribute:stack == production or attribute:stack == b) and attribute:stack == c",
                "attribute:cores < 9",
                "agentVersion < 1.9",
                "agentConnected == false",
                "runningTasksCount > 3",
                "registeredAt < 2018-06-18",
                "task:group == database",
                "task:group != service:production",
                "not(task:group == service:production)",
            })
    void doesNotHold(String query) {
        assertThat(ClusterQuery.parse(query).matches(NODE)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'';0;expected a subject",
                "'   ';3;expected a subject",
                "colour == red;0;found \"colour\"",
                "attribute == red;0;found \"attribute\"",
                "attribute: == red;10;the name of an attribute",
                "attribute:a;11;expected an operator",
                "attribute:a = b;12;expected an operator",
                "attribute:a is b;12;found \"is\"",
                "attribute:a ==;14;expected a value, found the end",
                "attribute:a == b c;17;expected and, or, or the end, found \"c\"",
                "attribute:a == b and;20;expected a subject",
                "attribute:a == b or or attribute:a == c;20;found \"or\"",
                "and attribute:a == b;0;found \"and\"",
                "(attribute:a == b;17;expected and, or, or )",
                "attribute:a == b);16;expected and, or, or the end, found \")\"",
                "attribute:a == (b);15;expected a value",
                "();1;expected a subject",
                "attribute:a in b;15;a list in brackets",
                "attribute:a in [];16;expected a value",
                "attribute:a in [b;17;expected , or ]",
                "attribute:a in [b,];18;expected a value",
                "attribute:a == \"b;15;a closing",
                "attribute:a =~ (b;17;a Java regular expression",
                "attribute:a =~ [b;16;a Java regular expression",
                "attribute:a =~ b{9999999};16;repetitions",
                "attribute:a =~;14;a regular expression",
                "agentConnected == yes;18;expected true or false",
                "agentConnected > true;15;expected one of == !=",
                "runningTasksCount == many;21;a whole number",
                "runningTasksCount == -1;21;a whole number",
                "runningTasksCount =~ 1;18;expected one of",
                "registeredAt > yesterday;15;expected a date",
                "registeredAt > 2018-13-01;15;expected a date",
                "registeredAt > 2018-06-18T25:00:00Z;15;expected a date",
                "task:group > a;11;expected one of",
                "task:groups == a;0;found \"task:groups\"",
                "not;3;expected a subject",
                "attribute:a !exist;12;expected an operator",
            })
    void saysWhereAndWhatWasExpected(String query, int position, String problem) {
        assertThatThrownBy(() -> ClusterQuery.parse(query)).isInstanceOfSatisfying(QueryException.class, e -> {
            assertThat(e.problem()).contains(problem);
            assertThat(e.position()).isEqualTo(position);
        });
    }

    @Test
    void refusesWhatIsTooLong() {
        String longest = "attribute:a == " + "b".repeat(ClusterQuery.LENGTH_MAX - 15);
        assertThat(ClusterQuery.parse(longest).matches(NODE)).isFalse();
        assertThatThrownBy(() -> ClusterQuery.parse(longest + "b")).hasMessageContaining("at most 2000");
    }

    @Test
    void refusesWhatIsTooDeep() {
        String deep = "(".repeat(31) + "attribute:stack exists" + ")".repeat(31);
        assertThat(ClusterQuery.parse(deep).matches(NODE)).isTrue();
        assertThatThrownBy(() -> ClusterQuery.parse("(" + deep + ")")).hasMessageContaining("32 levels");
        assertThatThrownBy(() -> ClusterQuery.parse("!".repeat(1_000))).hasMessageContaining("32 levels");
    }

    @Test
    void givesUpOnAPatternThatBacktracksForEver() {
        QueryNode node = new QueryNode(true, "1", Map.of("a", "a".repeat(60)), "i", Instant.EPOCH, 0, Set.of());
        ClusterQuery query = ClusterQuery.parse("attribute:a =~ .*.*.*.*.*.*b");
        assertThatThrownBy(() -> query.matches(node))
                .isInstanceOf(QueryException.class)
                .hasMessageContaining("100000 steps");
    }

    @Test
    void knowsWhetherItDependsOnWorkloads() {
        assertThat(ClusterQuery.parse("attribute:a exists or not(task:group == b)")
                        .isAboutWorkloads())
                .isTrue();
        assertThat(ClusterQuery.parse("attribute:a exists and agentConnected == true")
                        .isAboutWorkloads())
                .isFalse();
    }
}
