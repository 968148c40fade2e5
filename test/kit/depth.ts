/** Whether everything is tried that there is: `TEST_DEPTH=all`. */
export const isDeep = process.env['TEST_DEPTH'] === 'all';
