/**
 * The event stream of ECS: what happened to tasks, container instances and services, in order, in the envelope of EventBridge. It
 * reads what others write and writes nothing else; who gets the events, it leaves to those who read the stream.
 *
 * <p><b>Where events come from.</b> Nobody writes an event. A record that changes has a revision in the store, and all
 * revisions have one order: that is the stream already. {@link dev.gantry.controller.ecs.events.EventProjector}, a loop of the
 * leader, follows it a fifth of a second behind and writes what it saw in batches, each in one transaction with the
 * {@link dev.gantry.proto.EventCursor cursor} that says how far it has come. So an event is in the stream exactly once, whoever
 * led when it happened, and at most five small writes a second are added to those of the tasks, however many there are.
 *
 * <p><b>What is not lost.</b> Each controller remembers the changes after the cursor ({@link
 * dev.gantry.controller.ecs.events.EventTail}), so that the next leader goes on where the last one ended. One that has
 * just started asks the store's history for what came before: etcd has it until it is compacted; the embedded store has none of
 * before its own start. Where there is none, what is now is held against the stream: the newest state of everything
 * is told, and states that it passed through in that fifth of a second are not. An event carries its resource's version, so that such a step shows.
 *
 * <p><b>What it costs.</b> A stream that nobody reads is a few bytes: of a task only what can change is kept, deflated, in a
 * field that no controller unpacks when it reads the record. The envelope is drawn from it and from the task's own record when
 * somebody asks. Records live longer than their events. The stream is bounded by number and by age.
 */
@NullMarked
package dev.gantry.controller.ecs.events;

import org.jspecify.annotations.NullMarked;
