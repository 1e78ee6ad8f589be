/**
 * What services are on a node: kernel rules that lead their virtual addresses to containers, and a name server for their names. Both follow from
 * what the leader tells; a node goes on with the newest that it was told.
 */
@NullMarked
package dev.gantry.agent.network;

import org.jspecify.annotations.NullMarked;
