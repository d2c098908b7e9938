// jsdom draws nothing: styles and fonts of libraries are left out.
module.exports = {};
