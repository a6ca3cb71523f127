/*
 * dynamorm_fdw--1.1--1.2.sql
 *		What version 1.2 has beside 1.1.
 */

\echo Use "ALTER EXTENSION dynamorm_fdw UPDATE TO '1.2'" to load this file. \quit
